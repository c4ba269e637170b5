import { checked, type Shot } from '../load/jobs.js'
import { median, quantile, rangeOf } from '../measure/statistics.js'
import { buySession } from '../rig/provision.js'
import type { Rig } from '../rig/rig.js'
import { jsonPost } from '../rig/shots.js'
import type { Row } from '../row.js'

const LIMITS = {
  perSecond: 200,
  requests: 600,
  connections: 32,
  graceMs: 20_000,
  /** At this rate alone the compiler would need minutes: what runs for a day has had them. */
  warmUpMs: 8_000,
  warmUpRequestsMax: 200_000,
} as const

/** At a rate that keeps nobody busy, ours less the pass-through's, once both are warm. */
export const addedLatency: Row = {
  name: 'latency',
  async measure(rig) {
    const service = await rig.service('fixed')
    const [proxy, bare] = [await rig.bestProxy(), await rig.passThrough('fixed')]
    const session = await buySession(proxy.port, rig.app)
    const shots = { ours: jsonPost(proxy.port, service, session), bare: jsonPost(bare.port, service, session) }
    for (const shot of Object.values(shots)) {
      await warmUp(rig, shot)
      await delaysOf(rig, shot)
    }
    const added: { p50: number; p99: number }[] = []
    for (let round = 0; round < rig.rounds; round += 1) {
      const [ours, plain] = [await delaysOf(rig, shots.ours), await delaysOf(rig, shots.bare)]
      added.push({
        p50: quantile(ours, 0.5) - quantile(plain, 0.5),
        p99: quantile(ours, 0.99) - quantile(plain, 0.99),
      })
    }
    const admits = rig.hasRedis ? 'Redis admits' : 'no Redis: the Directory admits'
    return (['p50', 'p99'] as const).map((part) => {
      const values = added.map((one) => one[part])
      const [low, high] = rangeOf(values)
      return {
        what: `added latency at ${LIMITS.perSecond} requests/s, ${part}`,
        value: median(values),
        unit: 'ms',
        goal: { atMost: part === 'p50' ? 0.5 : 3 },
        note: `${low.toFixed(2)}–${high.toFixed(2)}; ${admits}`,
      }
    })
  },
}

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
