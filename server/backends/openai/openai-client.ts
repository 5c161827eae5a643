import type { OpenAI } from 'openai'
import { endpointError } from './endpoint-error.ts'
import { handoffTool } from './handoff-tool.ts'
import type { OpenaiSettings } from './openai-options.ts'
import type { Turn } from './prompt.ts'
import { watchedFetch } from './watched-fetch.ts'

export interface OpenaiClient {
  /** The chunks of an answer to these turns. Rejects and throws rows of the error table. */
  stream(turns: readonly Turn[], signal: AbortSignal): AsyncIterable<unknown>
}

/** Talks to a chat-completions endpoint. The official client is loaded for the first answer, as it costs 0.1 to 0.3 s and 20 to 35 MB. */
export function createOpenaiClient(settings: OpenaiSettings): OpenaiClient {
  let client: Promise<OpenAI> | undefined

  return {
    async *stream(turns, signal) {
      try {
        client ??= clientFor(settings)
        const { chat } = await client
        yield* await chat.completions.create(requestFor(settings, turns), { signal })
      } catch (thrown) {
        throw endpointError(thrown, settings.apiKey)
      }
    },
  }
}

async function clientFor({ baseUrl, apiKey, idleMs, answerWithin }: OpenaiSettings): Promise<OpenAI> {
  const { OpenAI } = await import('openai')
  return new OpenAI({
    baseURL: baseUrl,
    apiKey: apiKey ?? 'none',
    ...(apiKey === undefined && { defaultHeaders: { authorization: null } }),
    organization: null,
    project: null,
    maxRetries: 0,
    timeout: answerWithin,
    logLevel: 'off',
    fetch: watchedFetch(idleMs),
  })
}

function requestFor(settings: OpenaiSettings, turns: readonly Turn[]): OpenAI.ChatCompletionCreateParamsStreaming {
  const { model, system, temperature, maxTokens, baseUrl, tools, summary } = settings
  const openai = new URL(baseUrl).hostname === 'api.openai.com'
  const maxTokensField = settings.maxTokensField ?? (openai ? 'max_completion_tokens' : 'max_tokens')
  return {
    model,
    stream: true,
    messages: [{ role: 'system', content: system }, ...turns],
    ...(temperature !== undefined && { temperature }),
    ...(maxTokens !== undefined && { [maxTokensField]: maxTokens }),
    ...(tools && { tools: [handoffTool(summary)] }),
  }
}
