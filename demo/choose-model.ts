import type { DemoModel } from './demo-config.ts'
import type { SimulatedModel } from './simulate-model.ts'

export interface ChosenModel {
  model: DemoModel
  /** Why it may not answer, in a sentence for the terminal. */
  warning?: string
  close(): Promise<void>
}

interface Choice {
  /** The address before `/chat/completions`, or `simulated`. */
  model: string
  name: string | undefined
  apiKey: string | undefined
}

const PATIENCE = 5_000
const SHOWN = 8

/** The language model that `--model` means. Where no name is given, the endpoint's only one. */
export async function chooseModel({ model, name, apiKey }: Choice): Promise<ChosenModel> {
  if (model === 'simulated') {
    const { simulateModel } = await import('./simulate-model.ts')
    const { close, ...simulated }: SimulatedModel = await simulateModel()
    return { model: simulated, close }
  }
  if (!/^https?:\/\//.test(model))
    throw new Error(`--model "${model}" is no address; give one such as http://127.0.0.1:11434/v1, or "simulated"`)
  const baseUrl = model.replace(/\/+$/, '')
  const key = apiKey === undefined ? {} : { apiKey }
  const chosen = { baseUrl, model: name ?? (await onlyModel(baseUrl, apiKey)), ...key }
  const warning = name === undefined ? undefined : await deafness(baseUrl)
  return { model: chosen, ...(warning !== undefined && { warning }), close: async () => {} }
}

/** That nobody answers at an address, in a sentence; whatever answers may have no list of models. */
async function deafness(baseUrl: string): Promise<string | undefined> {
  try {
    await fetch(`${baseUrl}/models`, { signal: AbortSignal.timeout(PATIENCE) })
    return undefined
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return `${baseUrl} does not answer (${why}); is it running? Until it is, people at the desk get every question`
  }
}

/** https://platform.openai.com/docs/api-reference/models/list */
async function onlyModel(baseUrl: string, apiKey: string | undefined): Promise<string> {
  const names = await modelsOf(baseUrl, apiKey).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`${baseUrl} does not tell its models (${why}); is it running? Give the name with --model-name`)
  })
  const [first] = names
  if (first !== undefined && names.length === 1) return first
  const some = names.slice(0, SHOWN).join(', ') + (names.length > SHOWN ? ' …' : '')
  throw new Error(`${baseUrl} has ${names.length} models${some && `: ${some}`}; choose one with --model-name`)
}

async function modelsOf(baseUrl: string, apiKey: string | undefined): Promise<string[]> {
  const response = await fetch(`${baseUrl}/models`, {
    headers: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` },
    signal: AbortSignal.timeout(PATIENCE),
  })
  if (!response.ok) throw new Error(`HTTP ${response.status}`)
  const { data } = (await response.json()) as { data?: { id?: unknown }[] | null }
  return (data ?? []).flatMap(({ id }) => (typeof id === 'string' ? [id] : []))
}
