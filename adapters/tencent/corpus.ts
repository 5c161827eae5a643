import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { argv, cwd, env, exit, stderr, stdout } from 'node:process'
import { parseJson } from './json.ts'
import type { Payload, PayloadValue } from './payload.ts'
import { parseXml } from './xml.ts'

/** How a folder of recorded pushes and samples of requests was read. */
export interface Score {
  /** How many files became what. */
  counts: Record<string, number>
  /** What could not be understood, or is not as we write it: one line each. */
  misses: string[]
  /** What was thrown, or came out another way the second time: one line each. */
  failures: string[]
}

/** Reads every XML and JSON file below the folder; what `read` throws is a failure of that file. */
export function scoreFiles(folder: string, read: (name: string, payload: Payload, score: Score) => void): Score {
  const score: Score = { counts: {}, misses: [], failures: [] }
  for (const path of filesIn(folder)) {
    const name = relative(folder, path)
    try {
      const text = readFileSync(path, 'utf8')
      read(name, /\.xml$/i.test(name) ? parseXml(text) : parseJson(text), score)
    } catch (cause) {
      score.failures.push(`${name}: ${cause instanceof Error ? cause.message : cause}`)
    }
  }
  return score
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile() && /\.(xml|json)$/i.test(one.name))
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort()
}

export function count({ counts }: Score, kind: string): void {
  counts[kind] = (counts[kind] ?? 0) + 1
}

/** The fields that the sample does not have, or has as another type. XML knows text alone. */
export function differences(ours: PayloadValue, sample: PayloadValue | undefined, path = ''): string[] {
  if (sample === undefined) return [`${path} is not in the sample`]
  if (Array.isArray(ours)) {
    const first = Array.isArray(sample) ? sample[0] : sample
    return ours.slice(0, 1).flatMap((one) => differences(one, first, `${path}[]`))
  }
  if (isPayload(ours)) {
    if (!isPayload(sample)) return [`${path} is no object in the sample`]
    return Object.entries(ours).flatMap(([name, value]) => differences(value, sample[name], `${path}.${name}`))
  }
  const fits = typeof ours === typeof sample || (typeof ours === 'number' && /^\d+$/.test(String(sample)))
  return fits ? [] : [`${path} is ${typeof ours} here and ${typeof sample} in the sample`]
}

function isPayload(value: unknown): value is Payload {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The command: prints the score of the folder it is given. Exit code 1 for a failure, 2 for no folder. */
export function runCorpus(scoreFolder: (folder: string) => Score): void {
  const [given] = argv.slice(2)
  // pnpm runs scripts inside the package; the folder was named from where pnpm was called.
  const folder = given === undefined ? undefined : resolve(env.INIT_CWD ?? cwd(), given)
  if (folder === undefined || statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    stderr.write(folder === undefined ? 'usage: corpus <folder>\n' : `${folder} is no folder\n`)
    exit(2)
  }
  const { counts, misses, failures } = scoreFolder(folder)
  for (const line of [...failures.map((one) => `FAILED ${one}`), ...misses]) stdout.write(`${line}\n`)
  for (const [kind, number] of Object.entries(counts).sort()) stdout.write(`${kind} ${number}\n`)
  exit(failures.length > 0 ? 1 : 0)
}
