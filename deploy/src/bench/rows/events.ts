import { checked, type EventsJob, type LoadResult, type Shot } from '../load/jobs.js'
import { peakMibWhile } from '../measure/memory.js'
import { median, quantile, rangeOf } from '../measure/statistics.js'
import { buySession } from '../rig/provision.js'
import type { Rig } from '../rig/rig.js'
import { get } from '../rig/shots.js'
import type { Row } from '../row.js'

const LIMITS = {
  few: { streams: 20, opening: 20, msMax: 3_000 },
  many: { streams: 1_000, opening: 50, msMax: 15_000 },
  graceMs: 20_000,
} as const

/** Events of a stream pass one by one; and what a thousand open streams take. */
export const events: Row = {
  name: 'events',
  async measure(rig) {
    const service = await rig.service('streams')
    const [proxy, bare] = [await rig.bestProxy(), await rig.passThrough('streams')]
    const session = await buySession(proxy.port, rig.app)
    const shotTo = (port: number): Shot => get(port, service, '/v1/events', session)
    const [ours, plain] = [shotTo(proxy.port), shotTo(bare.port)]
    const added: number[] = []
    await run(rig, ours, LIMITS.few)
    for (let round = 0; round < rig.rounds; round += 1) {
      const [delays, plainDelays] = [await run(rig, ours, LIMITS.few), await run(rig, plain, LIMITS.few)]
      added.push(quantile(delays.delaysMs, 0.5) - quantile(plainDelays.delaysMs, 0.5))
    }
    const many = run(rig, ours, LIMITS.many)
    const peakMib = await peakMibWhile(proxy.pid, many)
    const [low, high] = rangeOf(added)
    return [
      {
        what: 'SSE: delay added to an event, p50',
        value: median(added),
        unit: 'ms',
        goal: { atMost: 0.5 },
        note: `${low.toFixed(3)}–${high.toFixed(3)}`,
      },
      {
        what: 'SSE: RSS with 1,000 open streams',
        value: peakMib,
        unit: 'MiB',
        goal: { atMost: 256 },
        note: `${(await many).answers} streams were open`,
      },
    ]
  },
}

async function run(rig: Rig, shot: Shot, amount: Omit<EventsJob, 'kind' | 'shot'>): Promise<LoadResult> {
  return checked(await rig.load({ kind: 'events', shot, ...amount }, amount.msMax + LIMITS.graceMs))
}
