import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { ErrorCode } from '@hutong/core/errors'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Store } from './stores/store.ts'

/** What the stages report while they work. All times are seconds. */
export interface Metrics {
  /** An arrival became durable and its sender was told so. */
  acked(channel: string): void
  /** An arrival was known already. */
  duplicate(channel: string): void
  /** An arrival or a request was refused. */
  refused(code: ErrorCode): void
  /** One transaction of the log. */
  committed(seconds: number, writes: number): void
  /** An outbox row ended, or was put off. */
  settled(state: 'done' | 'skipped' | 'retry' | 'dead' | 'unsure'): void
  /** A backend is done with an event. */
  answered(backend: string, seconds: number, ended: 'answered' | 'failed' | 'late'): void
  /** An agent or a backend over the network spoke without the floor. */
  floorConflict(): void
  /** How many clients are connected now, counted when it is asked. */
  connections(namespace: string, count: () => number): void
  /** Which channels work, asked whenever it is looked at. */
  channels(working: () => [channel: string, works: boolean][]): void
  /** Which backends are brought events, asked whenever it is looked at. */
  backends(enabled: () => Promise<[backend: string, enabled: boolean][]>): void
  /** Everything in Prometheus' text form. */
  text(): Promise<string>
  readonly contentType: string
  close(): void
}

const COMMIT_SECONDS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1]
const ANSWER_SECONDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 15, 30, 60]

export interface MetricsOptions {
  store: Pick<Store, 'backlog'>
  now(): number
}

export function createMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const counter = (name: string, help: string, ...labelNames: string[]) =>
    new Counter({ name: `hutong_${name}`, help, labelNames, registers })

  const acked = counter('arrivals_acked_total', 'Arrivals that became durable', 'channel')
  const duplicates = counter('arrivals_duplicate_total', 'Arrivals that were known already', 'channel')
  const refused = counter('refused_total', 'Arrivals and requests refused', 'code')
  const written = counter('commit_writes_total', 'Writes committed to the log')
  const settled = counter('deliveries_total', 'Outbox rows that ended or were put off', 'state')
  const conflicts = counter('floor_conflicts_total', 'Words refused because the floor had moved')
  const commits = new Histogram({
    name: 'hutong_commit_seconds',
    help: 'Duration of one log transaction',
    buckets: COMMIT_SECONDS,
    registers,
  })
  const answers = new Histogram({
    name: 'hutong_backend_seconds',
    help: 'Time a backend took for an event',
    buckets: ANSWER_SECONDS,
    labelNames: ['backend', 'ended'],
    registers,
  })
  const counts = new Map<string, () => number>()
  connectionGauge(registers, counts)
  const channels = channelGauge(registers)
  const backends = backendGauge(registers)
  backlogGauges(registers, options)
  const stopLag = processGauges(registers)

  return {
    acked: (channel) => acked.inc({ channel }),
    duplicate: (channel) => duplicates.inc({ channel }),
    refused: (code) => refused.inc({ code }),
    committed(seconds, writes) {
      commits.observe(seconds)
      written.inc(writes)
    },
    settled: (state) => settled.inc({ state }),
    answered: (backend, seconds, ended) => answers.observe({ backend, ended }, seconds),
    floorConflict: () => conflicts.inc(),
    connections: (namespace, count) => counts.set(namespace, count),
    channels: channels.watch,
    backends: backends.watch,
    text: () => registry.metrics(),
    contentType: registry.contentType,
    close: stopLag,
  }
}

function connectionGauge(registers: Registry[], counts: ReadonlyMap<string, () => number>): void {
  new Gauge({
    name: 'hutong_connections',
    help: 'Clients connected now',
    labelNames: ['namespace'],
    registers,
    collect() {
      for (const [namespace, count] of counts) this.set({ namespace }, count())
    },
  })
}

function channelGauge(registers: Registry[]): { watch: Metrics['channels'] } {
  let ask: Parameters<Metrics['channels']>[0] = () => []
  new Gauge({
    name: 'hutong_channel_up',
    help: 'Whether a channel besides the web works: 1 or 0',
    labelNames: ['channel'],
    registers,
    collect() {
      for (const [channel, works] of ask()) this.set({ channel }, works ? 1 : 0)
    },
  })
  return {
    watch(working) {
      ask = working
    },
  }
}

function backendGauge(registers: Registry[]): { watch: Metrics['backends'] } {
  let ask: Parameters<Metrics['backends']>[0] = async () => []
  new Gauge({
    name: 'hutong_backend_enabled',
    help: 'Whether a backend is brought events: 0 after its other end wanted no more',
    labelNames: ['backend'],
    registers,
    async collect() {
      for (const [backend, enabled] of await ask()) this.set({ backend }, enabled ? 1 : 0)
    },
  })
  return {
    watch(enabled) {
      ask = enabled
    },
  }
}

function backlogGauges(registers: Registry[], { store, now }: MetricsOptions): void {
  const oldest = new Gauge({
    name: 'hutong_outbox_oldest_seconds',
    help: 'Age of the oldest open delivery',
    labelNames: ['target'],
    registers,
  })
  const dead = new Gauge({
    name: 'hutong_outbox_dead',
    help: 'Deliveries given up, kept for replay',
    labelNames: ['target'],
    registers,
  })
  new Gauge({
    name: 'hutong_outbox_open',
    help: 'Deliveries not done yet',
    labelNames: ['target'],
    registers,
    async collect() {
      for (const gauge of [this, oldest, dead]) gauge.reset()
      for (const row of await store.backlog(now())) {
        this.set({ target: row.target }, row.open)
        oldest.set({ target: row.target }, row.oldest / 1_000)
        dead.set({ target: row.target }, row.dead)
      }
    },
  })
}

function processGauges(registers: Registry[]): () => void {
  const lag = monitorEventLoopDelay({ resolution: 20 })
  lag.enable()
  new Gauge({
    name: 'hutong_loop_lag_seconds',
    help: 'How late the event loop ran since the last scrape, by quantile',
    labelNames: ['quantile'],
    registers,
    collect() {
      for (const quantile of [0.5, 0.99, 1]) this.set({ quantile }, lag.percentile(quantile * 100) / 1e9)
      lag.reset()
    },
  })
  new Gauge({
    name: 'hutong_rss_bytes',
    help: 'Resident memory of the relay',
    registers,
    collect() {
      this.set(process.memoryUsage.rss())
    },
  })
  return () => lag.disable()
}
