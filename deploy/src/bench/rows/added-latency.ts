import { warmUp } from '../measure/compare.js'
import { median, quantile, rangeOf } from '../measure/statistics.js'
import { openDelays } from '../rig/open-delays.js'
import { buySession } from '../rig/provision.js'
import { jsonPost } from '../rig/shots.js'
import { defineRow, type Taken } from '../row.js'

const LIMITS = {
  pace: { perSecond: 200, requests: 600, connections: 32 },
} as const

const WHAT = `added latency at ${LIMITS.pace.perSecond} requests/s`

/** Our latency less that of the pass-through, at a rate that keeps nothing busy, once both processes are warm. */
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
    // At this row's rate alone the compiler would need minutes to optimize the code. A proxy that has run for a day has
    // had them.
    await warmUp(rig, { pid: proxy.pid, shot: shots.ours }, { pid: bare.pid, shot: shots.bare })
    for (const shot of Object.values(shots)) await openDelays(rig, shot, LIMITS.pace)
    const rounds: { ours: readonly number[]; bare: readonly number[] }[] = []
    for (let round = 0; round < rig.rounds; round += 1)
      rounds.push({
        ours: await openDelays(rig, shots.ours, LIMITS.pace),
        bare: await openDelays(rig, shots.bare, LIMITS.pace),
      })
    const added = (part: number): Taken => {
      const values = rounds.map(({ ours, bare }) => quantile(ours, part) - quantile(bare, part))
      const [low, high] = rangeOf(values)
      const admits = rig.hasRedis ? 'Redis admits' : 'no Redis: the Directory admits'
      return { value: median(values), note: `${low.toFixed(2)}–${high.toFixed(2)}; ${admits}` }
    }
    return { p50: added(0.5), p99: added(0.99) }
  },
})
