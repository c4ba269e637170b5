import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Progress } from '../console/progress.js'
import type { Environment } from '../system/environments.js'
import { breakThings } from './break-things.js'
import type { ChaosConfig } from './chaos-config.js'
import { checkHistory } from './check/check-history.js'
import { findIdleness } from './check/find-idleness.js'
import type { KnownLimit } from './check/find-over-limit.js'
import { readEvidence } from './check/read-evidence.js'
import type { Violation, ViolationKind } from './check/violation.js'
import type { History } from './history/history.js'
import { createHistoryRecorder, type HistoryRecorder } from './history/recorder.js'
import { seededRandom } from './schedule/seeded-random.js'
import { type ChaosSystem, startChaosSystem } from './system/chaos-system.js'
import { type SizeWatch, watchSizes } from './system/process-size.js'

export interface SeedOptions {
  readonly seed: string
  readonly profile: ChaosConfig['profile']
  readonly codeDir: string
  /** Of this seed: history, logs. */
  readonly folder: string
  readonly redisBinary: string
  readonly kmsEndpoint: string | undefined
  readonly inherited: Environment
  readonly progress: Progress
  readonly onEnder: (end: () => Promise<void>) => void
}

export interface SeedResult {
  readonly seed: string
  readonly history: History
  readonly violations: readonly Violation[]
  /** Of the history. */
  readonly file: string
}

const LIMITS = {
  /** Everything is on record, and nothing is half-done, by then. */
  settledMs: 30_000,
  pollMs: 500,
} as const

/** May still come right while the system settles. */
const MAY_PASS: ReadonlySet<ViolationKind> = new Set<ViolationKind>(['lost', 'no end', 'pending', 'grown'])

/** Not left behind: keys and passwords of a system that is gone. History and logs stay. */
const PRIVATE = ['secrets', 'tls', 'redis', 'postgres'] as const

/** One seed, from nothing to the checker's word. */
export async function runSeed(options: SeedOptions): Promise<SeedResult> {
  const { seed, folder, progress, onEnder } = options
  const random = seededRandom(seed)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const file = path.join(folder, 'history.ndjson')
  const recorder = createHistoryRecorder(file)
  const stateDir = path.join(folder, 'system')
  const system = await startChaosSystem({ ...options, stateDir, random })
  onEnder(system.stop)
  try {
    const sizes = watchSizes(system)
    const limits = await breakThings({ ...options, system, random, recorder, onWarm: sizes.remember })
    const violations = await progress.step('settling', () => settle({ system, recorder, sizes, limits }))
    return { seed, history: recorder.history(), violations, file }
  } finally {
    await progress.step('stopping', () => system.stop())
    await recorder.close()
    for (const name of PRIVATE) await rm(path.join(stateDir, name), { recursive: true, force: true })
  }
}

interface Settling {
  readonly system: ChaosSystem
  readonly recorder: HistoryRecorder
  readonly sizes: SizeWatch
  readonly limits: readonly KnownLimit[]
}

/** The checker's word, once everything is on record or the time for that is over. */
async function settle({ system, recorder, sizes, limits }: Settling): Promise<readonly Violation[]> {
  const endsMs = performance.now() + LIMITS.settledMs
  for (;;) {
    const evidence = { ...(await readEvidence(system.databaseUrl)), processes: await sizes.compare() }
    const history = recorder.history()
    const violations = [...checkHistory(history, evidence, limits), ...findIdleness(history)]
    if (!violations.some(({ kind }) => MAY_PASS.has(kind)) || performance.now() > endsMs) return violations
    await sleep(LIMITS.pollMs)
  }
}
