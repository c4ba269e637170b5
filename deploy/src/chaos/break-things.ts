import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { Progress } from '../console/progress.js'
import type { ChaosConfig } from './chaos-config.js'
import type { KnownLimit } from './check/find-over-limit.js'
import { createRecordWatch } from './faults/record-watch.js'
import { runProfile } from './faults/run-profile.js'
import { fact } from './history/facts.js'
import type { HistoryRecorder } from './history/recorder.js'
import { runBuyers } from './load/buyers.js'
import { runClients } from './load/clients.js'
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
  /** Called when everything is warm, and nothing is broken yet. */
  readonly onWarm: () => Promise<void>
}

const LIMITS = {
  /** The whole of a seed is three minutes at most; starting and settling take the rest. */
  activeMs: 105_000,
  /** Under load, before the first failure and after the last. */
  calmMs: 2_000,
  /** Of the lane that nothing is done to: what its share of the load goes over. */
  limit: { scope: 'service', count: 8, periodSeconds: 1, burst: 4 },
} as const

const Orgs = z.object({ items: z.array(z.object({ id: z.string() })) })

/** Load, changes and failures, all at once; settles when every request has its answer. Answers the limits that held. */
export async function breakThings(options: BreakThingsOptions): Promise<readonly KnownLimit[]> {
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
  const { changing, guest, limited } = await progress.step('lanes', () => makeLanes(operator, operate, origin))
  const lanes = [...changing, guest, limited]
  const keys = { replaced: 0, isChanging: false }
  const load = Promise.all([
    runClients({
      ...common,
      lanes,
      proxies: system.ports.proxy,
      random: random.fork('load'),
      isOver: () => isLoadOver,
    }),
    runBuyers({ ...common, lanes, proxies: system.ports.proxy, keys }),
  ])
  await sleep(LIMITS.calmMs)
  await onWarm()
  const changes = [
    ...[...changing, guest].map((lane) => {
      const deck = lane === guest ? GUEST_OPERATIONS : LANE_OPERATIONS
      return runLane({ ...common, lane, operate, origin, deck, random: random.fork(lane.name) })
    }),
    rotateKeys({ ...common, system, keys, random: random.fork('keys') }),
  ]
  const overAtMs = performance.now() + LIMITS.activeMs
  await progress.step('breaking things', (say) =>
    runProfile({
      ...{ ...common, system, profile, records, say },
      random: random.fork('faults'),
      isOver: () => performance.now() > overAtMs,
    }),
  )
  await sleep(LIMITS.calmMs)
  isOver = true
  await progress.step('last answers', async () => {
    await Promise.all(changes)
    isLoadOver = true
    await load
  })
  await provider.stop()
  const { count, burst } = LIMITS.limit
  return [{ fact: fact('service', limited.serviceId), perSecond: count, burst }]
}

interface Lanes {
  readonly changing: readonly Lane[]
  /** In an organization of its own. */
  readonly guest: Lane
  /** Nothing is done to it. */
  readonly limited: Lane
}

/** @throws Error where the system does not take them: nothing is broken yet. */
async function makeLanes(operator: Operator, operate: Operate, origin: string): Promise<Lanes> {
  const orgs = Orgs.parse((await operator.ask(0, 'GET', '/orgs')).body)
  const common = { operate, origin, management: 0, number: 1, organizationId: orgs.items[0]?.id ?? '' }
  const made = async (lane: Promise<Lane | undefined>): Promise<Lane> => {
    const found = await lane
    if (found === undefined) throw new Error('a lane could not be furnished')
    return found
  }
  return {
    changing: [
      await made(furnish({ ...common, name: 'red' })),
      await made(furnish({ ...common, name: 'green' })),
      await made(furnish({ ...common, name: 'blue' })),
    ],
    guest: await made(anotherLane(operate, { ...common, name: 'guest' })),
    limited: await made(furnish({ ...common, name: 'limited', limits: [LIMITS.limit] })),
  }
}
