import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseConfig } from '../config.ts'
import { serve } from '../serve.ts'
import { reportTo } from './measured.ts'

/** The real relay, composed as `hutong serve` does, with rates no load of ours reaches: every check is made and passes. */
const plenty = { perMinute: 1e9, burst: 1e9 }
const data = mkdtempSync(join(process.env.HUTONG_BENCH_DATA ?? tmpdir(), 'hutong-bench-'))
process.once('exit', () => rmSync(data, { recursive: true, force: true }))

const running = await serve(
  parseConfig({
    mode: 'development',
    secret: 'a secret of the bench, long enough to be one',
    data,
    listen: { port: 0 },
    sites: [{ key: 'bench', name: 'Bench' }],
    websocket: {
      polling: false,
      maxSocketsPerIp: 1_000_000,
      limits: {
        connects: plenty,
        messages: plenty,
        messagesPerIp: plenty,
        reads: plenty,
        signals: plenty,
        conversations: plenty,
      },
    },
    log: { level: 'error' },
  }),
)
reportTo(process, running.url)
