import { setTimeout as sleep } from 'node:timers/promises'
import { checked, type LoadJob, type LoadResult, type Shot } from '../load/jobs.js'
import { median, quantile, rangeOf } from '../measure/statistics.js'
import { buySession, makeApp, makeOrganization, makeService } from '../rig/provision.js'
import { KEY, type Rig, THINKS_MS } from '../rig/rig.js'
import { jsonPost } from '../rig/shots.js'
import type { Line, Row } from '../row.js'

const LIMITS = {
  /** The organization that is looked at: far from keeping a proxy busy. */
  calm: { perSecond: 40, requests: 160, connections: 32 },
  /** Of the one that floods: as many connections as keep a proxy busy, and eight times as many. */
  floods: [64, 512],
  warmMs: 3_000,
  /** The flood begins before anybody is looked at. */
  leadMs: 500,
  graceMs: 20_000,
} as const

const CALM_MS = (LIMITS.calm.requests / LIMITS.calm.perSecond) * 1_000 + THINKS_MS

/** Delays in milliseconds, and answers a second. */
interface Round {
  readonly quiet: readonly number[]
  readonly flooded: readonly number[]
  /** Past the proxy, straight to the provider, beside the same flood: the machine's own share. */
  readonly direct: readonly number[]
  readonly served: number
  readonly refused: number
}

/**
 * One organization's latency while another one floods the same proxy, each of its connections asking again at once, against
 * its latency without, in turn. The provider thinks as long as a quick one does.
 */
export const fairness: Row = {
  name: 'fairness',
  optional: true,
  async measure(rig) {
    const flooder = await rig.worker<LoadJob, LoadResult>('load', [], rig.pinning.helper)
    const shots = await shotsOf(rig)
    const flood = (connections: number, msMax: number): Promise<LoadResult> =>
      flooder.run({ kind: 'impatient', shot: shots.flood, connections, msMax }, msMax + LIMITS.graceMs)
    await flood(LIMITS.floods[0], LIMITS.warmMs)
    await calm(rig, shots.calm)
    const lines: Line[] = []
    for (const connections of LIMITS.floods) {
      const rounds: Round[] = []
      for (let at = 1; at <= rig.rounds; at += 1) {
        const quiet = await calm(rig, shots.calm)
        const flooding = flood(connections, LIMITS.leadMs + CALM_MS * 2)
        await sleep(LIMITS.leadMs)
        const [flooded, direct] = [await calm(rig, shots.calm), await calm(rig, shots.direct)]
        const { answers, delaysMs, ms } = await flooding
        const perSecond = (count: number): number => (count * 1_000) / ms
        const round = { quiet, flooded, direct, served: perSecond(delaysMs.length) }
        rounds.push({ ...round, refused: perSecond(answers - delaysMs.length) })
      }
      lines.push(...linesOf(connections, rounds))
    }
    return lines
  },
}

/** Two organizations, an app and a service each; and the calm one's request as it goes to the provider itself. */
async function shotsOf(rig: Rig): Promise<{ calm: Shot; direct: Shot; flood: Shot }> {
  const { port } = await rig.bestProxy()
  const shot = async (name: string, upstream: 'fixed' | 'thinking'): Promise<Shot> => {
    const owner = await makeOrganization(rig.owner, `Fairness, ${name}`)
    const app = await makeApp(owner)
    await makeService(owner, app, { slug: name, origin: await rig.origin(upstream), value: KEY })
    return jsonPost(port, name, await buySession(port, app))
  }
  const [calm, flood] = [await shot('calm', 'thinking'), await shot('flood', 'fixed')]
  return { calm, flood, direct: { ...calm, port: Number(new URL(await rig.origin('thinking')).port) } }
}

async function calm(rig: Rig, shot: Shot): Promise<readonly number[]> {
  return checked(await rig.load({ kind: 'open', shot, ...LIMITS.calm }, CALM_MS + LIMITS.graceMs)).delaysMs
}

function linesOf(connections: number, rounds: readonly Round[]): readonly Line[] {
  const flood = `${median(rounds.map(({ served }) => served)).toFixed(0)} served and ${median(rounds.map(({ refused }) => refused)).toFixed(0)} refused a second`
  return ([0.5, 0.99] as const).flatMap((part): Line[] => {
    const of = (which: 'quiet' | 'flooded' | 'direct'): number[] => rounds.map((round) => quantile(round[which], part))
    const [quiet, flooded, direct] = [of('quiet'), of('flooded'), of('direct')]
    const ratios = flooded.map((ms, at) => ms / (quiet[at] ?? Number.NaN))
    const what = `beside another’s flood over ${connections} connections: latency, p${part * 100}`
    const [low, high] = rangeOf(ratios)
    return [
      {
        what: `${what} / without`,
        value: median(ratios),
        unit: 'ratio',
        goal: part === 0.5 ? { atMost: 1.1 } : 'reported',
        note: `${low.toFixed(2)}–${high.toFixed(2)}; ${flood}`,
      },
      {
        what: `${what} more than without`,
        value: median(flooded) - median(quiet),
        unit: 'ms',
        goal: 'reported',
        note: `past the proxy ${(median(direct) - THINKS_MS).toFixed(1)} more than the provider thinks`,
      },
    ]
  })
}
