import { readFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'
import { dirname } from 'node:path'
import { HutongError } from '@hutong/core/errors'

const manifest = findPackageJSON(import.meta.url)
if (manifest === undefined) throw new HutongError('misconfigured', 'the package.json of @hutong/server is missing')

/** The folder of this package, whether it runs from its sources or built. */
export const PACKAGE_FOLDER = dirname(manifest)
export const VERSION: string = JSON.parse(readFileSync(manifest, 'utf8')).version
