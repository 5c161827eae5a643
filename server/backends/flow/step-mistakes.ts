import type { Mistake } from '../../contradictions.ts'
import { isOneOf, mentions } from '../mentions.ts'
import { allOf, referencesIn, type Texts } from '../texts.ts'
import type { FlowField, Step, StepOf } from './flow-steps.ts'

/** What of one step does not go together. */
export function stepMistakes(step: Step): Mistake[] {
  switch (step.kind) {
    case 'say':
      return [...spoken(step), ...asked(step), ...addresses(step)]
    case 'menu':
      return menuMistakes(step)
    case 'form':
      return formMistakes(step)
    case 'set': {
      const { attributes, tags, priority, variables } = step
      if ([attributes, tags, priority, variables].some((one) => one !== undefined)) return []
      return [{ path: [], message: 'sets nothing; give attributes, tags, priority or variables' }]
    }
    case 'wait':
      return shaped(step, [])
    default:
      return []
  }
}

function spoken({ text, parts, format }: StepOf<'say'>): Mistake[] {
  if ((text === undefined) === (parts === undefined))
    return [{ path: [], message: 'must have either "text" or "parts"' }]
  if (parts && Object.keys(parts).length === 0) return [{ path: ['parts'], message: 'has no language' }]
  if (parts && format === 'markdown')
    return [{ path: ['format'], message: 'belongs to "text"; texts in parts have their own' }]
  return []
}

const ASKING: Readonly<Record<string, string>> = { form: 'form', rating: 'ask' }

/** What is answered belongs to a step that waits for the answer. */
function asked({ parts = {} }: StepOf<'say'>): Mistake[] {
  return Object.entries(parts).flatMap(([language, all]) =>
    all.flatMap(({ kind }, at) =>
      ASKING[kind] === undefined
        ? []
        : [
            {
              path: ['parts', language, at],
              message: `nobody hears the answer to a "${kind}" here; ask with a step of the kind "${ASKING[kind]}"`,
            },
          ],
    ),
  )
}

/** A value of the contact's may stand behind the host of an address, never in it. */
function addresses({ parts = {} }: StepOf<'say'>): Mistake[] {
  return Object.entries(parts).flatMap(([language, all]) =>
    all.flatMap((part, at) => {
      const urls =
        part.kind === 'card'
          ? [part.url, part.image, ...part.buttons.map((button) => (button.kind === 'link' ? button.url : undefined))]
          : 'url' in part
            ? [part.url]
            : []
      const open = urls.some(
        (url) => url !== undefined && referencesIn(/^[a-z]+:\/*[^/?#]*/i.exec(url)?.[0] ?? '').length > 0,
      )
      return open
        ? [
            {
              path: ['parts', language, at],
              message: 'has an address whose host is filled in; only what follows the host may be',
            },
          ]
        : []
    }),
  )
}

function menuMistakes({ options }: StepOf<'menu'>): Mistake[] {
  return [
    ...repeated(options.map(({ id }) => id)).map((at) => ({
      path: ['options', at, 'id'],
      message: `"${options[at]?.id}" is the id of another option`,
    })),
    ...sameLabels(options.map(({ label }) => label)).map((at) => ({
      path: ['options', at, 'label'],
      message: 'is the label of another option; nobody could type which is meant',
    })),
    ...options.flatMap(({ words = [] }, at) =>
      words.flatMap((word, place) =>
        isTaken(word, { at, options })
          ? [
              {
                path: ['options', at, 'words', place],
                message: `"${word}" means another option already; remove it from one`,
              },
            ]
          : [],
      ),
    ),
  ]
}

/** Whether another option is found before by this word: labels come before words, and the first words before later ones. */
function isTaken(word: string, { at, options }: { at: number; options: StepOf<'menu'>['options'] }): boolean {
  return options.some(
    ({ label, words }, place) =>
      (place !== at && isOneOf(word, allOf(label))) || (place < at && words !== undefined && mentions(word, words)),
  )
}

function formMistakes({ fields }: StepOf<'form'>): Mistake[] {
  return [
    ...repeated(fields.map(({ name }) => name)).map((at) => ({
      path: ['fields', at, 'name'],
      message: `"${fields[at]?.name}" is the name of another field`,
    })),
    ...fields.flatMap((field, at) =>
      fieldMistakes(field).map((one) => ({ ...one, path: ['fields', at, ...one.path] })),
    ),
  ]
}

function fieldMistakes(field: FlowField): Mistake[] {
  const { type, options } = field
  if (type === 'select' && options === undefined)
    return [{ path: ['options'], message: 'is missing; a select needs what can be chosen' }]
  if (type !== 'select' && options !== undefined)
    return [{ path: ['options'], message: `belongs to the type "select", not to "${type}"` }]
  const ids = repeated((options ?? []).map(({ id }) => id))
  const labels = sameLabels((options ?? []).map(({ label }) => label)).filter((at) => !ids.includes(at))
  return [
    ...ids.map((at) => ({
      path: ['options', at, 'id'],
      message: `"${options?.[at]?.id}" is the id of another option`,
    })),
    ...labels.map((at) => ({ path: ['options', at, 'label'], message: 'is the label of another option' })),
    ...shaped(field, []),
  ]
}

function shaped({ type, pattern }: { type: string; pattern?: string | undefined }, path: string[]): Mistake[] {
  if (pattern === undefined || ['text', 'textarea', 'tel'].includes(type)) return []
  return [{ path: [...path, 'pattern'], message: `belongs to the types text, textarea and tel, not to "${type}"` }]
}

/** Where a label stands that another has in the same language. */
function sameLabels(labels: readonly Texts[]): number[] {
  const languages = new Set(labels.flatMap((one) => (typeof one === 'string' ? [] : Object.keys(one))))
  const columns = [...(languages.size === 0 ? [''] : languages)].map((language) =>
    labels.map((one) => (typeof one === 'string' ? one : one[language])?.trim().toLowerCase()),
  )
  return [...new Set(columns.flatMap(repeated))]
}

function repeated(values: readonly (string | undefined)[]): number[] {
  return values.flatMap((value, at) => (value !== undefined && values.indexOf(value) < at ? [at] : []))
}
