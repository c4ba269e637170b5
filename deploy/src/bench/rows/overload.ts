import { setTimeout as sleep } from 'node:timers/promises'
import type { LoadResult } from '../load/jobs.js'
import { quantile } from '../measure/statistics.js'
import { buySession, makeService } from '../rig/provision.js'
import { KEY, type Rig } from '../rig/rig.js'
import { jsonPost } from '../rig/shots.js'
import { defineRow, type Figure, type Goal, type Taken } from '../row.js'

/** As many clients as keep a proxy busy, and no more. */
const BUSY = 64

const LIMITS = {
  /** The compiler needs ten seconds or more: a shorter warm-up would make the peak too low. */
  warmMs: 15_000,
  /**
   * The same time for the peak and for what follows. In a shorter run, the drain of the access log would not have had
   * its share of the machine yet.
   */
  runMs: 15_000,
  graceMs: 30_000,
  probeEveryMs: 500,
} as const

/** Factors by which the number of clients is multiplied. */
const TIMES = [10, 100] as const
type Times = (typeof TIMES)[number]

const FIGURES: Readonly<Record<string, Omit<Figure, 'goal'> & { readonly goal: Readonly<Record<Times, Goal>> }>> = {
  goodput: {
    what: 'goodput / the peak’s, both beside the same replacements',
    unit: 'ratio',
    goal: { 10: { atLeast: 0.8 }, 100: 'reported' },
  },
  served: { what: 'answer of those served, p99', unit: 'ms', goal: { 10: 'reported', 100: 'reported' } },
  refused: { what: 'answer of those refused, p50', unit: 'ms', goal: { 10: 'reported', 100: 'reported' } },
  early: {
    what: 'answer of those refused, p99 / of those served, p99',
    unit: 'ratio',
    goal: { 10: { atMost: 1 }, 100: 'reported' },
  },
  health: { what: '/healthz, longest', unit: 'ms', goal: { 10: 'reported', 100: 'reported' } },
  replaced: {
    what: 'replacement of a value, longest',
    unit: 'ms',
    goal: { 10: { atMost: 5_000 }, 100: { atMost: 5_000 } },
  },
}

/**
 * Ten and a hundred times as many clients as a proxy can serve, each of which asks again at once: how many are served,
 * how soon the others are refused, and whether probes and operators are answered.
 */
export const overload = defineRow({
  name: 'overload',
  optional: true,
  figures: {
    peak: { what: 'peak beside a replacement each half second / without', unit: 'ratio', goal: 'reported' },
    ...Object.fromEntries(
      TIMES.flatMap((times) =>
        Object.entries(FIGURES).map(([key, figure]): [string, Figure] => [
          keyOf(times, key),
          { ...figure, what: `${times} × the clients: ${figure.what}`, goal: figure.goal[times] },
        ]),
      ),
    ),
  },
  async measure(rig) {
    const { run, probed } = await loadOf(rig)
    await run(BUSY, LIMITS.warmMs)
    const alone = perSecond(await run(BUSY, LIMITS.runMs))
    const peak = perSecond((await probed(BUSY)).result)
    const taken: Record<string, Taken> = {
      peak: { value: peak / alone, note: `${peak.toFixed(0)} and ${alone.toFixed(0)} requests/s` },
    }
    for (const times of TIMES)
      for (const [key, one] of Object.entries(takenOf(await probed(BUSY * times), { peak, alone })))
        taken[keyOf(times, key)] = one
    return taken
  },
})

function keyOf(times: Times, key: string): string {
  return `${times} ${key}`
}

function takenOf(
  { result, longest }: Probed,
  { peak, alone }: { readonly peak: number; readonly alone: number },
): Record<keyof typeof FIGURES, Taken> {
  const { delaysMs, refusedMs = [], refusedAgainMs = [], others, answers } = result
  const goodput = perSecond(result)
  const [served, refused] = [quantile(delaysMs, 0.99), quantile(refusedMs, 0.99)]
  const toldServed = delaysMs.length === 0 ? 'not run: nobody was served' : ''
  const toldRefused = refusedMs.length === 0 ? 'not run: nobody was refused' : `p99 ${refused.toFixed(0)} ms`
  const again = `refused ones that asked again at once waited ${quantile(refusedAgainMs, 0.5).toFixed(0)}`
  return {
    goodput: {
      value: goodput / peak,
      note: `${goodput.toFixed(0)}/s; ${(goodput / alone).toFixed(2)} of the peak without replacements; ${JSON.stringify(others)} of ${answers} answers`,
    },
    served: { value: served, note: toldServed },
    refused: { value: quantile(refusedMs, 0.5), note: `${toldRefused}; ${again}` },
    early: { value: refused / served, note: toldServed || toldRefused },
    health: { value: longest.healthMs, note: '' },
    replaced: { value: longest.replaceMs, note: '' },
  }
}

interface Probed {
  readonly result: LoadResult
  readonly longest: Longest
}

interface Load {
  run(connections: number, msMax: number): Promise<LoadResult>
  /** Runs as long as the other loads, with the probes beside it. */
  probed(connections: number): Promise<Probed>
}

async function loadOf(rig: Rig): Promise<Load> {
  const { owner, app } = rig
  const secretId = await makeService(owner, app, { slug: 'overload', origin: await rig.origin('fixed'), value: KEY })
  const { port } = await rig.bestProxy()
  const shot = jsonPost(port, 'overload', await buySession(port, app))
  const run = (connections: number, msMax: number): Promise<LoadResult> =>
    rig.load({ kind: 'impatient', shot, connections, msMax }, msMax + LIMITS.graceMs)
  return {
    run,
    async probed(connections) {
      const work = run(connections, LIMITS.runMs)
      const [result, longest] = await Promise.all([work, probesWhile(rig, port, secretId, work)])
      return { result, longest }
    },
  }
}

function perSecond({ delaysMs, ms }: LoadResult): number {
  return (delaysMs.length * 1_000) / ms
}

interface Longest {
  readonly healthMs: number
  readonly replaceMs: number
}

/**
 * Sends the requests of an orchestrator (health) and of an operator (replacing a value) while `work` runs. @throws
 * Error where one of them is refused.
 */
async function probesWhile(
  { owner, system, origin }: Rig,
  port: number,
  secretId: string,
  work: Promise<unknown>,
): Promise<Longest> {
  const bindings = { origins: [await origin('fixed')], placements: [{ kind: 'header', name: 'authorization' }] }
  const path = `/orgs/${owner.organizationId}/secrets/${secretId}/value`
  let isOver = false
  const end = (): void => {
    isOver = true
  }
  void work.then(end, end)
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
