import type { Shot } from '../load/jobs.js'
import type { Rig } from '../rig/rig.js'
import { cpuMs } from './cpu-time.js'
import { median, rangeOf } from './statistics.js'

/** What is measured and what it is sent. */
export interface Target {
  readonly pid: number
  readonly shot: Shot
}

/** One round: what a request cost, and how many came through. */
interface Cost {
  readonly cpuUs: number
  readonly perSecond: number
}

export interface Comparison {
  readonly ours: Cost
  readonly bare: Cost
  /** The bare one's CPU time a request by ours, of each pair of rounds. */
  readonly ratios: readonly number[]
}

const LIMITS = {
  connections: 32,
  /** Before the first round: caches fill, code is compiled, sockets open. */
  warmUp: { requests: 20_000, ms: 4_000 },
  round: { requests: 60_000, ms: 2_000 },
  /** Beyond its own time a job may take so long. */
  graceMs: 30_000,
} as const

/** Rounds of both, in turn: what else happens on the machine happens to both. */
export async function compareCpu(rig: Rig, ours: Target, bare: Target): Promise<Comparison> {
  for (const target of [ours, bare]) await shoot(rig, target, LIMITS.warmUp)
  const costs: { ours: Cost; bare: Cost }[] = []
  for (let round = 1; round <= rig.rounds; round += 1) {
    const pair = { ours: await costOf(rig, ours), bare: await costOf(rig, bare) }
    rig.progress.say(`round ${round}/${rig.rounds}: ${told('ours', pair.ours)}; ${told('bare', pair.bare)}`)
    costs.push(pair)
  }
  return {
    ours: middle(costs.map((pair) => pair.ours)),
    bare: middle(costs.map((pair) => pair.bare)),
    ratios: costs.map((pair) => pair.bare.cpuUs / pair.ours.cpuUs),
  }
}

/** Median and range of the ratios, and requests a second beside them. */
export function noteOf({ ours, bare, ratios }: Comparison): string {
  const [low, high] = rangeOf(ratios)
  return `${low.toFixed(2)}–${high.toFixed(2)}; ${told('ours', ours)}; ${told('bare', bare)}`
}

async function costOf(rig: Rig, target: Target): Promise<Cost> {
  const before = await cpuMs(target.pid)
  const { answers, ms } = await shoot(rig, target, LIMITS.round)
  const used = (await cpuMs(target.pid)) - before
  return { cpuUs: (used * 1_000) / answers, perSecond: (answers * 1_000) / ms }
}

async function shoot(rig: Rig, { shot }: Target, { requests, ms }: { readonly requests: number; readonly ms: number }) {
  const job = { kind: 'closed', shot, connections: LIMITS.connections, requestsMax: requests, msMax: ms } as const
  const result = await rig.load(job, ms + LIMITS.graceMs)
  const others = Object.entries(result.others)
  if (others.length > 0) throw new Error(`answers other than 200: ${JSON.stringify(result.others)}`)
  return result
}

function middle(costs: readonly Cost[]): Cost {
  return { cpuUs: median(costs.map(({ cpuUs }) => cpuUs)), perSecond: median(costs.map(({ perSecond }) => perSecond)) }
}

function told(name: string, { cpuUs, perSecond }: Cost): string {
  return `${name} ${cpuUs.toFixed(1)} µs, ${perSecond.toFixed(0)}/s`
}
