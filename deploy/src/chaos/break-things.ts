import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { Progress } from '../console/progress.js'
import type { ChaosConfig } from './chaos-config.js'
import type { KnownBounds } from './check/known-bounds.js'
import { createRecordWatch } from './faults/record-watch.js'
import { runProfile } from './faults/run-profile.js'
import type { HistoryRecorder } from './history/recorder.js'
import { runBuyers } from './load/buyers.js'
import { runClients } from './load/clients.js'
import { type BoundedLanes, boundedLanes, made } from './operations/bounded-lanes.js'
import { anotherLane } from './operations/delete-organization.js'
import { furnish } from './operations/furnish.js'
import type { Lane } from './operations/lane.js'
import { GUEST_OPERATIONS, LANE_OPERATIONS } from './operations/lane-operations.js'
import { createOperate, type Operate } from './operations/operate.js'
import { type Operator, signInOperator } from './operations/operator.js'
import { rotateKeys } from './operations/rotate-keys.js'
import { runLane } from './operations/run-lane.js'
import { startRecordingProvider } from './provider/recording-provider.js'
import type { SeededRandom } from './schedule/seeded-random.js'
import type { ChaosSystem } from './system/chaos-system.js'

export interface BreakThingsOptions {
  readonly system: ChaosSystem
  readonly profile: ChaosConfig['profile']
  readonly random: SeededRandom
  readonly recorder: HistoryRecorder
  readonly progress: Progress
  /** Called when everything is warm and at rest, and nothing is broken yet. */
  readonly onWarm: () => Promise<void>
}

const LIMITS = {
  /** A whole seed takes three minutes at most; starting and settling take the rest. */
  activeMs: 140_000,
  /** Time under load, and then at rest, before the processes are measured. */
  warmMs: 4_000,
  restMs: 2_000,
  /** Time under load and changes before the first failure. */
  calmMs: 3_000,
  /** Time after the last failure: longer than clients may feel what was broken. */
  calmAfterMs: 8_000,
} as const

const Orgs = z.object({ items: z.array(z.object({ id: z.string() })) })

/** What the checker needs to know about a run. */
export interface Played {
  readonly bounds: KnownBounds
  /** The number of failures in the seed. */
  readonly dealt: number
}

/** Runs load, changes and failures at once. Settles when every request has been answered. */
export async function breakThings(options: BreakThingsOptions): Promise<Played> {
  const { system, profile, random, recorder, progress, onWarm } = options
  const records = createRecordWatch(system.databaseUrl)
  const provider = await startRecordingProvider((injection) => {
    recorder.add(injection)
    records.injected(injection.path)
  })
  let isOver = false
  let isLoadOver = false
  const pause = (ms: number): Promise<void> => (isOver ? Promise.resolve() : sleep(ms))
  const common = { tell: recorder.add, pause, isOver: () => isOver }
  const operator = await signInOperator(system.ports.management, system.owner)
  const operate = createOperate(operator, recorder.add, common.isOver)
  const { origin } = provider
  const { changing, guest, bounded } = await progress.step('lanes', () => makeLanes(operator, operate, origin))
  const lanes = [...changing, guest, ...bounded.lanes]
  const keys = { replaced: 0, isChanging: false }
  const clients = { ...common, lanes, proxies: system.ports.proxy }
  const warmUntilMs = performance.now() + LIMITS.warmMs
  await runClients({
    ...clients,
    random: random.fork('warm'),
    name: 'w',
    isOver: () => performance.now() > warmUntilMs,
  })
  await sleep(LIMITS.restMs)
  await onWarm()
  const load = Promise.all([
    runClients({ ...clients, random: random.fork('load'), name: 'c', isOver: () => isLoadOver }),
    runBuyers({ ...clients, lanes: [...changing, guest, bounded.ofDevices], keys }),
  ])
  const changes = [
    ...[...changing, guest].map((lane) => {
      const deck = lane === guest ? GUEST_OPERATIONS : LANE_OPERATIONS
      return runLane({ ...common, lane, operate, origin, deck, random: random.fork(lane.name) })
    }),
    rotateKeys({ ...common, system, keys, random: random.fork('keys') }),
  ]
  const overAtMs = performance.now() + LIMITS.activeMs
  await sleep(LIMITS.calmMs)
  const dealt = await progress.step('breaking things', (say) =>
    runProfile({
      ...{ ...common, system, profile, records, say },
      random: random.fork('faults'),
      isOver: () => performance.now() > overAtMs,
    }),
  )
  await sleep(LIMITS.calmAfterMs)
  isOver = true
  await progress.step('last answers', async () => {
    await Promise.all(changes)
    isLoadOver = true
    await load
  })
  await provider.stop()
  return { bounds: bounded.bounds, dealt }
}

interface Lanes {
  readonly changing: readonly Lane[]
  /** A lane in an organization of its own. */
  readonly guest: Lane
  /** Lanes that no operation changes. */
  readonly bounded: BoundedLanes
}

/** @throws Error where the system refuses to make them, because nothing is broken yet. */
async function makeLanes(operator: Operator, operate: Operate, origin: string): Promise<Lanes> {
  const orgs = Orgs.parse((await operator.ask(0, 'GET', '/orgs')).body)
  const common = { operate, origin, management: 0, number: 1, organizationId: orgs.items[0]?.id ?? '' }
  return {
    changing: [
      await made(furnish({ ...common, name: 'red' })),
      await made(furnish({ ...common, name: 'green' })),
      await made(furnish({ ...common, name: 'blue' })),
    ],
    guest: await made(anotherLane(operate, { ...common, name: 'guest' })),
    bounded: await boundedLanes(operator, common),
  }
}
