import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { HutongError } from '@hutong/core/errors'
import { readImport } from './import-articles.ts'
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
