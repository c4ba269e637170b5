import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { Progress } from '../console/progress.js'
import type { Environment } from '../system/environments.js'
import { checkHistory } from './check/check-history.js'
import { readEvidence } from './check/read-evidence.js'
import type { Violation } from './check/violation.js'
import { faultDeck } from './faults/fault-deck.js'
import { createRecordWatch } from './faults/record-watch.js'
import { runFaults } from './faults/run-faults.js'
import type { History } from './history/history.js'
import { createHistoryRecorder, type HistoryRecorder } from './history/recorder.js'
import { runBuyers } from './load/buyers.js'
import { runClients } from './load/clients.js'
import { furnish } from './operations/furnish.js'
import type { Lane } from './operations/lane.js'
import { LANE_OPERATIONS } from './operations/lane-operations.js'
import { createOperate } from './operations/operate.js'
import { signInOperator } from './operations/operator.js'
import { runLane } from './operations/run-lane.js'
import { startRecordingProvider } from './provider/recording-provider.js'
import { seededRandom } from './schedule/seeded-random.js'
import { type ChaosSystem, startChaosSystem } from './system/chaos-system.js'

export interface SeedOptions {
  readonly seed: string
  readonly codeDir: string
  /** Of this seed: history, logs. */
  readonly folder: string
  readonly redisBinary: string
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
  lanes: ['red', 'green', 'blue'],
  /** The whole of a seed is three minutes at most; starting and settling take the rest. */
  activeMs: 105_000,
  /** Before the first failure, and after the last. */
  calmMs: 2_000,
  /** Everything is on record by then. */
  settledMs: 30_000,
} as const

const Orgs = z.object({ items: z.array(z.object({ id: z.string() })) })

/** One seed, from nothing to the checker's word. */
export async function runSeed(options: SeedOptions): Promise<SeedResult> {
  const { seed, folder, progress, onEnder } = options
  const random = seededRandom(seed)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const file = path.join(folder, 'history.ndjson')
  const recorder = createHistoryRecorder(file)
  const stateDir = path.join(folder, 'system')
  const system = await startChaosSystem({ ...options, stateDir, random, proxyExtra: () => ({}) })
  onEnder(system.stop)
  try {
    await breakIt(options, system, recorder)
    const violations = await progress.step('settling', () => settle(system, recorder))
    return { seed, history: recorder.history(), violations, file }
  } finally {
    await progress.step('stopping', () => system.stop())
    await recorder.close()
    for (const private_ of ['secrets', 'tls', 'redis', 'postgres'])
      await rm(path.join(stateDir, private_), { recursive: true, force: true })
  }
}

async function breakIt({ seed, progress }: SeedOptions, system: ChaosSystem, recorder: HistoryRecorder): Promise<void> {
  const random = seededRandom(seed)
  const records = createRecordWatch(system.databaseUrl)
  const provider = await startRecordingProvider((injection) => {
    recorder.add(injection)
    records.injected(injection.path)
  })
  let isOver = false
  let isLoadOver = false
  const pause = (ms: number): Promise<void> => (isOver ? Promise.resolve() : sleep(ms))
  const operator = await signInOperator(system.ports.management, system.owner)
  const operate = createOperate(operator, recorder.add, () => isOver)
  const { origin } = provider
  const orgs = Orgs.parse((await operator.ask(0, 'GET', '/orgs')).body)
  const organizationId = orgs.items[0]?.id ?? ''
  const lanes: Lane[] = []
  await progress.step('lanes', async () => {
    for (const name of LIMITS.lanes) {
      const lane = await furnish({ operate, name, organizationId, origin, management: 0, number: 1 })
      if (lane !== undefined) lanes.push(lane)
    }
  })
  const { proxy: proxies } = system.ports
  const tell = recorder.add
  const load = Promise.all([
    runClients({ lanes, proxies, random: random.fork('load'), tell, isOver: () => isLoadOver }),
    runBuyers({ lanes, proxies, keys: { replaced: 0 }, tell, isOver: () => isOver }),
  ])
  await sleep(LIMITS.calmMs)
  const changes = lanes.map((lane) =>
    runLane({
      ...{ lane, operate, origin, pause },
      deck: LANE_OPERATIONS,
      random: random.fork(lane.name),
      isOver: () => isOver,
    }),
  )
  const overAtMs = performance.now() + LIMITS.activeMs
  await progress.step('breaking things', (say) =>
    runFaults({
      ...{ system, records, tell, say, pause },
      deck: faultDeck(random.fork('faults')),
      random: random.fork('times'),
      isOver: () => performance.now() > overAtMs,
    }),
  )
  await sleep(LIMITS.calmMs)
  isOver = true
  await Promise.all(changes)
  isLoadOver = true
  await load
  await provider.stop()
}

/** The checker's word, once everything is on record or the time for that is over. */
async function settle(system: ChaosSystem, recorder: HistoryRecorder): Promise<readonly Violation[]> {
  const endsMs = performance.now() + LIMITS.settledMs
  for (;;) {
    const violations = checkHistory(recorder.history(), await readEvidence(system.databaseUrl))
    const mayPass = violations.some(({ kind }) => kind === 'lost' || kind === 'no end')
    if (!mayPass || performance.now() > endsMs) return violations
    await sleep(500)
  }
}
