import { createHash } from 'node:crypto'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { HutongError } from '@hutong/core/errors'
import { importFiles, readImport } from './import-articles.ts'
import type { Reading } from './import-reading.ts'

/** The articles a knowledge backend begins with. Rejects with `misconfigured` naming the setting when they are not there. */
export async function readSeed(name: string, seed: string): Promise<Reading> {
  const message = await seedMistake(seed)
  if (message !== undefined) throw new HutongError('misconfigured', `backends.${name}.seed: ${message}`)
  return readImport(seed)
}

/** What is wrong with the path of a seed, if anything is. */
export async function seedMistake(seed: string): Promise<string | undefined> {
  const there = await stat(seed).then(
    () => true,
    () => false,
  )
  if (there) return undefined
  return `there is no file or folder "${seed}" in ${process.cwd()} (${resolve(seed)}); correct it, or take it out once the articles are in`
}

const KEPT = 'seed.sha256'

/** Notes which content the articles were made of. */
export async function keepSeed(folder: string, seed: string): Promise<void> {
  await writeFile(join(folder, KEPT), await digestOf(seed), { mode: 0o600 })
}

/**
 * What is to be said of a seed that is not what the articles in `folder` were made of any more. Undefined where it is the same, is not
 * there or was never noted.
 */
export async function seedChange(
  folder: string,
  { name, seed }: { name: string; seed: string },
): Promise<string | undefined> {
  const kept = await readFile(join(folder, KEPT), 'utf8').catch(() => undefined)
  if (kept === undefined || (await digestOf(seed).catch(() => kept)) === kept) return undefined
  return `"${seed}" has changed since the articles were made of it, and they stay as they are; "hutong knowledge import ${seed} --backend ${name} --state published" takes it over, and --dry-run shows before what that would do`
}

async function digestOf(seed: string): Promise<string> {
  const hash = createHash('sha256')
  for (const file of await importFiles(seed)) hash.update(`${relative(seed, file)}\0`).update(await readFile(file))
  return hash.digest('hex')
}
