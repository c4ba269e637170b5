import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Progress } from '../console/progress.js'
import type { Environment } from '../system/environments.js'
import { breakThings, type Played } from './break-things.js'
import type { ChaosConfig } from './chaos-config.js'
import { checkHistory } from './check/check-history.js'
import type { HalfDone, ProcessSizes } from './check/evidence.js'
import { findIdleness } from './check/find-idleness.js'
import { readEvidence } from './check/read-evidence.js'
import { seconds, type Violation, type ViolationKind } from './check/violation.js'
import type { History } from './history/history.js'
import { createHistoryRecorder, type HistoryRecorder } from './history/recorder.js'
import { seededRandom } from './schedule/seeded-random.js'
import { type ChaosSystem, startChaosSystem } from './system/chaos-system.js'
import { type SizeWatch, watchSizes } from './system/process-size.js'

export interface SeedOptions {
  readonly seed: string
  readonly profile: ChaosConfig['profile']
  readonly codeDir: string
  /** The folder of this seed's history and logs. */
  readonly folder: string
  readonly redisBinary: string
  readonly kmsEndpoint: string | undefined
  readonly inherited: Environment
  readonly progress: Progress
  readonly onEnder: (end: () => Promise<void>) => void
}

export interface SeedResult extends Settled {
  readonly seed: string
  readonly history: History
  /** The longest delay of the rig's own event loop. On a machine that is too busy, times mean little. */
  readonly lateMs: number
  /** The file of the history. */
  readonly file: string
}

/** The checker's violations, and the sizes of the processes. */
interface Settled {
  readonly violations: readonly Violation[]
  readonly processes: readonly ProcessSizes[]
}

const LIMITS = {
  /** The bound for a seed once its system stands, because nobody runs ten seeds that may not end. */
  wholeMs: 180_000,
  /** By then everything must be on record, and nothing half-done. */
  settledMs: 30_000,
  pollMs: 500,
} as const

/** Violations that may still disappear while the system settles. */
const MAY_PASS: ReadonlySet<ViolationKind> = new Set<ViolationKind>([
  'lost',
  'lost to two failures',
  'no end',
  'grown',
  'missing',
])

/** Keys and passwords of the system are removed after the run. History and logs stay. */
const PRIVATE = ['secrets', 'tls', 'redis', 'postgres'] as const

/** Runs one seed, from starting the system to the check. */
export async function runSeed(options: SeedOptions): Promise<SeedResult> {
  const { seed, folder, progress, onEnder } = options
  const random = seededRandom(seed)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const file = path.join(folder, 'history.ndjson')
  const recorder = createHistoryRecorder(file)
  const stateDir = path.join(folder, 'system')
  const system = await startChaosSystem({ ...options, stateDir, random })
  const end = async (): Promise<void> => {
    await system.stop()
    for (const name of PRIVATE) await rm(path.join(stateDir, name), { recursive: true, force: true })
  }
  onEnder(end)
  const begunMs = performance.now()
  try {
    const sizes = watchSizes(system)
    const loop = monitorEventLoopDelay()
    loop.enable()
    const played = await breakThings({ ...options, system, random, recorder, onWarm: sizes.remember })
    loop.disable()
    const lateMs = loop.max / 1_000_000
    const settled = await progress.step('settling', () => settle({ system, recorder, sizes, played }))
    const late = overrun(performance.now() - begunMs)
    const violations = [...settled.violations, ...late]
    return { seed, history: recorder.history(), ...settled, violations, lateMs, file }
  } finally {
    await progress.step('stopping', end)
    await recorder.close()
  }
}

function overrun(tookMs: number): Violation[] {
  if (tookMs <= LIMITS.wholeMs) return []
  return [{ kind: 'too long', says: `the seed took ${seconds(tookMs)}, and may take ${seconds(LIMITS.wholeMs)}` }]
}

interface Settling {
  readonly system: ChaosSystem
  readonly recorder: HistoryRecorder
  readonly sizes: SizeWatch
  readonly played: Played
}

/** Looks repeatedly until everything is on record and nothing is half-done, or the time for that is over. */
async function settle({ system, recorder, sizes, played }: Settling): Promise<Settled> {
  const endsMs = performance.now() + LIMITS.settledMs
  const setting = { ...played.bounds, horizonMs: system.horizonMs }
  const looks: HalfDone[] = []
  for (;;) {
    const { halfDone, ...read } = await readEvidence(system.databaseUrl)
    looks.push(halfDone)
    const isTimeOver = performance.now() > endsMs
    // Only now, because checking the whole record takes CPU time from the system that is waited for.
    if (isWhole(halfDone) || isTimeOver) {
      const processes = await sizes.compare()
      const history = recorder.history()
      const evidence = { ...read, halfDone: looks, processes }
      const violations = [...checkHistory(history, evidence, setting), ...findIdleness(history, played.dealt)]
      if (isTimeOver || !violations.some(({ kind }) => MAY_PASS.has(kind))) return { violations, processes }
    }
    await sleep(LIMITS.pollMs)
  }
}

function isWhole({ pending, undestroyed, undestroyedKeys }: HalfDone): boolean {
  return pending + undestroyed + undestroyedKeys === 0
}
