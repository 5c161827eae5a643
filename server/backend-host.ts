import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock, FileStorage, Logger } from '@hutong/core/adapter'
import type { Backend, BackendHost } from '@hutong/core/backend'
import { HutongError } from '@hutong/core/errors'
import type { Routes } from './host.ts'
import type { Relay } from './relay.ts'
import type { SmallStore } from './stores/store.ts'

export interface BackendHostOptions {
  act: Relay['act']
  hasten: Relay['hasten']
  store: Pick<SmallStore, 'get' | 'set'>
  routes: Routes
  files: Pick<FileStorage, 'url'>
  /** Below which each backend finds a folder of its own. */
  folder: string
  logger: Logger
  clock: Clock
}

const STATE_MAX = 64 * 1024

/** Everything one backend may do with the relay besides answering. */
export function createBackendHost(
  { act, hasten, store, routes, files, folder, logger, clock }: BackendHostOptions,
  { name, title }: Pick<Backend, 'name' | 'title'>,
): BackendHost {
  const scope = `backend:${name}`
  const author = { kind: 'bot' as const, id: name, ...(title !== undefined && { name: title }) }
  return {
    act: (conversation, request) => act(author, conversation, request),
    route: (method, path, handle) => routes.add(method, `/backends/${name}${path}`, handle),
    state: {
      get: (key) => store.get(scope, key),
      async set(key, value) {
        if (value !== undefined && JSON.stringify(value).length > STATE_MAX)
          throw new HutongError('too_large', `state "${key}" of ${name} is larger than ${STATE_MAX} characters`)
        await store.set(scope, key, value)
      },
    },
    fileUrl: (id, until) => files.url({ id }, until),
    hasten: () => hasten(name, 'kindly'),
    async folder() {
      const own = join(folder, name)
      await mkdir(own, { recursive: true })
      await chmod(own, 0o700)
      return own
    },
    logger: {
      debug: (fields, message) => logger.debug({ backend: name, ...fields }, message),
      info: (fields, message) => logger.info({ backend: name, ...fields }, message),
      warn: (fields, message) => logger.warn({ backend: name, ...fields }, message),
      error: (fields, message) => logger.error({ backend: name, ...fields }, message),
    },
    clock,
  }
}
