import { checked, type Shot } from '../load/jobs.js'
import { median, quantile, rangeOf } from '../measure/statistics.js'
import { buySession } from '../rig/provision.js'
import type { Rig } from '../rig/rig.js'
import { jsonPost } from '../rig/shots.js'
import { defineRow, type Taken } from '../row.js'

const LIMITS = {
  perSecond: 200,
  requests: 600,
  connections: 32,
  graceMs: 20_000,
  /** At this rate alone the compiler would need minutes: what runs for a day has had them. */
  warmUpMs: 8_000,
  warmUpRequestsMax: 200_000,
} as const

const WHAT = `added latency at ${LIMITS.perSecond} requests/s`

/** At a rate that keeps nobody busy, ours less the pass-through's, once both are warm. */
export const addedLatency = defineRow({
  name: 'latency',
  figures: {
    p50: { what: `${WHAT}, p50`, unit: 'ms', goal: { atMost: 0.5 } },
    p99: { what: `${WHAT}, p99`, unit: 'ms', goal: { atMost: 3 } },
  },
  async measure(rig) {
    const service = await rig.service('fixed')
    const [proxy, bare] = [await rig.bestProxy(), await rig.passThrough('fixed')]
    const session = await buySession(proxy.port, rig.app)
    const shots = { ours: jsonPost(proxy.port, service, session), bare: jsonPost(bare.port, service, session) }
    for (const shot of Object.values(shots)) {
      await warmUp(rig, shot)
      await delaysOf(rig, shot)
    }
    const rounds: { ours: readonly number[]; bare: readonly number[] }[] = []
    for (let round = 0; round < rig.rounds; round += 1)
      rounds.push({ ours: await delaysOf(rig, shots.ours), bare: await delaysOf(rig, shots.bare) })
    const added = (part: number): Taken => {
      const values = rounds.map(({ ours, bare }) => quantile(ours, part) - quantile(bare, part))
      const [low, high] = rangeOf(values)
      const admits = rig.hasRedis ? 'Redis admits' : 'no Redis: the Directory admits'
      return { value: median(values), note: `${low.toFixed(2)}–${high.toFixed(2)}; ${admits}` }
    }
    return { p50: added(0.5), p99: added(0.99) }
  },
})

async function warmUp(rig: Rig, shot: Shot): Promise<void> {
  const { connections, warmUpMs, warmUpRequestsMax, graceMs } = LIMITS
  const job = { kind: 'closed', shot, connections, requestsMax: warmUpRequestsMax, msMax: warmUpMs } as const
  checked(await rig.load(job, warmUpMs + graceMs))
}

async function delaysOf(rig: Rig, shot: Shot): Promise<readonly number[]> {
  const { perSecond, requests, connections, graceMs } = LIMITS
  const withinMs = (requests / perSecond) * 1_000 + graceMs
  return checked(await rig.load({ kind: 'open', shot, connections, perSecond, requests }, withinMs)).delaysMs
}
