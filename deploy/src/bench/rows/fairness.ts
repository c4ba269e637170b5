import { setTimeout as sleep } from 'node:timers/promises'
import type { LoadJob, LoadResult, Shot } from '../load/jobs.js'
import { median, quantile, rangeOf } from '../measure/statistics.js'
import { openDelays } from '../rig/open-delays.js'
import { type BenchApp, buySession, makeApp, makeOrganization, makeService, type Owner } from '../rig/provision.js'
import { KEY, type Rig, THINKS_MS } from '../rig/rig.js'
import { jsonPost } from '../rig/shots.js'
import { defineRow, type Figure, type Goal, type Taken } from '../row.js'

const LIMITS = {
  /** The organization whose latency is measured, at a rate far from keeping a proxy busy. */
  calm: { perSecond: 40, requests: 160, connections: 32 },
  /** Connections of the organization that floods: as many as keep a proxy busy, and eight times as many. */
  floods: [64, 512],
  warmMs: 3_000,
  /** The flood runs this long before anything is measured. */
  leadMs: 500,
  graceMs: 20_000,
} as const

const PARTS = [0.5, 0.99] as const

/**
 * Providers of the calm organization: one that takes as long as a quick provider does, and one that answers at once,
 * which leaves the proxy's own share.
 */
const PROVIDERS = ['thinking', 'fixed'] as const
type Provider = (typeof PROVIDERS)[number]

const THINKS: Readonly<Record<Provider, number>> = { thinking: THINKS_MS, fixed: 0 }
const SAID: Readonly<Record<Provider, string>> = { thinking: '', fixed: ', a provider that answers at once' }

/** How long one measurement of the calm organization takes, with one provider. */
const CALM_MS = (LIMITS.calm.requests / LIMITS.calm.perSecond) * 1_000 + THINKS_MS

/** Delays in milliseconds. */
interface Delays {
  readonly quiet: readonly number[]
  readonly flooded: readonly number[]
  /** Straight to the provider, bypassing the proxy, beside the same flood: the machine's own share. */
  readonly direct: readonly number[]
}

interface Round {
  readonly of: Readonly<Record<Provider, Delays>>
  /** Answers a second. */
  readonly served: number
  readonly refused: number
}

/**
 * One organization's latency while another one floods the same proxy over connections that each ask again at once,
 * against its latency without the flood, measured in turn.
 */
export const fairness = defineRow({
  name: 'fairness',
  optional: true,
  figures: Object.fromEntries(LIMITS.floods.flatMap(figuresOf)),
  async measure(rig) {
    const flooder = await rig.worker<LoadJob, LoadResult>('load', [], rig.pinning.helper)
    const shots = await shotsOf(rig)
    const flood = (connections: number, msMax: number): Promise<LoadResult> =>
      flooder.run({ kind: 'impatient', shot: shots.flood, connections, msMax }, msMax + LIMITS.graceMs)
    await flood(LIMITS.floods[0], LIMITS.warmMs)
    for (const provider of PROVIDERS) await calm(rig, shots.calm[provider])
    const taken: Record<string, Taken> = {}
    for (const connections of LIMITS.floods) {
      const rounds: Round[] = []
      for (let at = 1; at <= rig.rounds; at += 1) rounds.push(await roundOf(rig, shots, (ms) => flood(connections, ms)))
      Object.assign(taken, takenOf(connections, rounds))
    }
    return taken
  },
})

async function roundOf(rig: Rig, shots: Shots, flood: (ms: number) => Promise<LoadResult>): Promise<Round> {
  const quiet = {
    thinking: await calm(rig, shots.calm.thinking),
    fixed: await calm(rig, shots.calm.fixed),
  }
  const flooding = flood(LIMITS.leadMs + CALM_MS * PROVIDERS.length * 2)
  await sleep(LIMITS.leadMs)
  const beside = async (provider: Provider): Promise<Delays> => ({
    quiet: quiet[provider],
    flooded: await calm(rig, shots.calm[provider]),
    direct: await calm(rig, shots.direct[provider]),
  })
  const of = { thinking: await beside('thinking'), fixed: await beside('fixed') }
  const { answers, delaysMs, ms } = await flooding
  const perSecond = (count: number): number => (count * 1_000) / ms
  return { of, served: perSecond(delaysMs.length), refused: perSecond(answers - delaysMs.length) }
}

interface Shots {
  readonly flood: Shot
  readonly calm: Readonly<Record<Provider, Shot>>
  /** Sent to the provider itself. */
  readonly direct: Readonly<Record<Provider, Shot>>
}

/** Two organizations with an app each; the calm one's has a service for each provider. */
async function shotsOf(rig: Rig): Promise<Shots> {
  const flood = await shotTo(rig, await tenantOf(rig, 'flood'), 'fixed')
  const tenant = await tenantOf(rig, 'calm')
  const calm = { thinking: await shotTo(rig, tenant, 'thinking'), fixed: await shotTo(rig, tenant, 'fixed') }
  const past = async (provider: Provider): Promise<Shot> => {
    return { ...calm[provider], port: Number(new URL(await rig.origin(provider)).port) }
  }
  return { flood, calm, direct: { thinking: await past('thinking'), fixed: await past('fixed') } }
}

interface Tenant {
  readonly owner: Owner
  readonly app: BenchApp
}

async function tenantOf(rig: Rig, name: string): Promise<Tenant> {
  const owner = await makeOrganization(rig.owner, `Fairness, ${name}`)
  return { owner, app: await makeApp(owner) }
}

async function shotTo(rig: Rig, { owner, app }: Tenant, provider: Provider): Promise<Shot> {
  const { port } = await rig.bestProxy()
  await makeService(owner, app, { slug: provider, origin: await rig.origin(provider), value: KEY })
  return jsonPost(port, provider, await buySession(port, app))
}

const calm = (rig: Rig, shot: Shot): Promise<readonly number[]> => openDelays(rig, shot, LIMITS.calm)

function figuresOf(connections: number): readonly (readonly [string, Figure])[] {
  return PROVIDERS.flatMap((provider) =>
    PARTS.flatMap((part) => {
      const what = `beside another’s flood over ${connections} connections${SAID[provider]}: latency, p${part * 100}`
      const [ratio, more] = keysOf(connections, provider, part)
      // Without a flood the proxy itself takes a millisecond. Beside a flood it takes a turn or two of the event loop,
      // which is more than a tenth of that millisecond, so the goal of 1.1 applies with the thinking provider only.
      const goal: Goal = provider === 'thinking' ? { atMost: 1.1 } : 'reported'
      return [
        [ratio, { what: `${what} / without`, unit: 'ratio', goal }],
        [more, { what: `${what} more than without`, unit: 'ms', goal: 'reported' }],
      ] as const
    }),
  )
}

function keysOf(connections: number, provider: Provider, part: number): readonly [ratio: string, more: string] {
  const key = `${connections} ${provider} ${part}`
  return [`${key} ratio`, `${key} more`]
}

function takenOf(connections: number, rounds: readonly Round[]): Record<string, Taken> {
  const flood = `${median(rounds.map(({ served }) => served)).toFixed(0)} served and ${median(rounds.map(({ refused }) => refused)).toFixed(0)} refused a second`
  const taken: Record<string, Taken> = {}
  for (const provider of PROVIDERS)
    for (const part of PARTS) {
      const each = (which: keyof Delays): number[] => rounds.map((round) => quantile(round.of[provider][which], part))
      const [quiet, flooded, direct] = [each('quiet'), each('flooded'), each('direct')]
      const ratios = flooded.map((ms, at) => ms / (quiet[at] ?? Number.NaN))
      const [low, high] = rangeOf(ratios)
      const [ratio, more] = keysOf(connections, provider, part)
      taken[ratio] = { value: median(ratios), note: `${low.toFixed(2)}–${high.toFixed(2)}; ${flood}` }
      taken[more] = {
        value: median(flooded) - median(quiet),
        note: `past the proxy ${(median(direct) - THINKS[provider]).toFixed(1)} more than the provider thinks`,
      }
    }
  return taken
}
