import type { Logger } from '@hutong/core/adapter'
import { pino } from 'pino'

/** Fields that never reach a log, wherever they stand one level deep. */
const SECRET_FIELDS = ['token', 'secret', 'password', 'authorization', 'cookie', 'jwt', 'text', 'parts', 'raw']

export interface LoggerOptions {
  level: 'silent' | 'error' | 'warn' | 'info' | 'debug'
  /** Where lines go; standard error unless told. */
  to?: { write(line: string): void }
}

/** One JSON object a line. Ids, never what people wrote. */
export function createLogger({ level, to = process.stderr }: LoggerOptions): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`]), censor: '(hidden)' },
    },
    to,
  )
}
