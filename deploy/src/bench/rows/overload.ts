import { setTimeout as sleep } from 'node:timers/promises'
import type { LoadResult } from '../load/jobs.js'
import { quantile } from '../measure/statistics.js'
import { buySession, makeService } from '../rig/provision.js'
import { KEY, type Rig } from '../rig/rig.js'
import { jsonPost } from '../rig/shots.js'
import type { Goal, Line, Row } from '../row.js'

/** As many clients as keep a proxy busy, and no more. */
const BUSY = 64

const LIMITS = {
  warmMs: 5_000,
  /** Of the peak as of what comes after: in a shorter one the drain would not have had its share of the machine yet. */
  runMs: 15_000,
  graceMs: 30_000,
  probeEveryMs: 500,
} as const

/** Clients that ask again at once, ten times as many as a proxy can serve, or more: what is served, and who else is. */
export const overload: Row = {
  name: 'overload',
  optional: true,
  async measure(rig) {
    const { owner, app } = rig
    const secretId = await makeService(owner, app, { slug: 'overload', origin: await rig.origin('fixed'), value: KEY })
    const proxy = await rig.bestProxy()
    const shot = jsonPost(proxy.port, 'overload', await buySession(proxy.port, app))
    const run = (connections: number, msMax: number): Promise<LoadResult> =>
      rig.load({ kind: 'impatient', shot, connections, msMax }, msMax + LIMITS.graceMs)
    await run(BUSY, LIMITS.warmMs)
    const peak = perSecond(await run(BUSY, LIMITS.runMs))
    const over = async (times: number, goal: Goal): Promise<readonly Line[]> => {
      const work = run(BUSY * times, LIMITS.runMs)
      const [result, probes] = await Promise.all([work, probesWhile(rig, proxy.port, secretId, work)])
      const note = `${JSON.stringify(result.others)} of ${result.answers} answers; the peak was ${peak.toFixed(0)}/s`
      const line = (what: string, value: number, bound: Goal): Line => ({
        ...{ what: `${times} × the clients: ${what}`, value, unit: 'ms', goal: bound, note: '' },
      })
      return [
        { ...line('goodput / the peak’s', perSecond(result) / peak, goal), unit: 'ratio', note },
        line('answer of those served, p99', quantile(result.delaysMs, 0.99), 'reported'),
        line('/healthz, longest', probes.healthMs, 'reported'),
        line('replacement of a value, longest', probes.replaceMs, { atMost: 5_000 }),
      ]
    }
    return [...(await over(10, { atLeast: 0.8 })), ...(await over(100, 'reported'))]
  },
}

function perSecond({ delaysMs, ms }: LoadResult): number {
  return (delaysMs.length * 1_000) / ms
}

/** What an orchestrator and an operator ask meanwhile. @throws Error where one of them is refused. */
async function probesWhile({ owner, system, origin }: Rig, port: number, secretId: string, work: Promise<unknown>) {
  const bindings = { origins: [await origin('fixed')], placements: [{ kind: 'header', name: 'authorization' }] }
  const path = `/orgs/${owner.organizationId}/secrets/${secretId}/value`
  let isOver = false
  void work.finally(() => {
    isOver = true
  })
  const longest = { healthMs: 0, replaceMs: 0 }
  for (let at = 0; !isOver; at += 1) {
    const begun = performance.now()
    const health = await fetch(`http://${system.config.host}:${port}/healthz`)
    await health.arrayBuffer()
    const answered = performance.now()
    await owner.api.put(path, { value: `${KEY}${at}`, bindings })
    longest.healthMs = Math.max(longest.healthMs, answered - begun)
    longest.replaceMs = Math.max(longest.replaceMs, performance.now() - answered)
    await sleep(LIMITS.probeEveryMs)
  }
  return longest
}
