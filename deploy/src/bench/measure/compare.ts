import { checked, type LoadResult, type Shot } from '../load/jobs.js'
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

/** How much of it: whichever of the two bounds comes first. */
export interface Amount {
  readonly connections: number
  readonly requests: number
  readonly ms: number
}

const LIMITS = {
  /** Worth of time before the first: caches fill, sockets open, and the compiler gets its fill on a busy machine too. */
  warmUpRounds: 4,
  round: { connections: 32, requests: 60_000, ms: 1_500 },
  /** Beyond its own time a job may take so long. */
  graceMs: 30_000,
} as const

/** Rounds of both, in turn: what else happens on the machine happens to both. */
export async function compareCpu(
  rig: Pick<Rig, 'load' | 'progress' | 'rounds'>,
  ours: Target,
  bare: Target,
  amount: Amount = LIMITS.round,
): Promise<Comparison> {
  const warmUp = { ...amount, ms: amount.ms * LIMITS.warmUpRounds }
  for (const target of [ours, bare]) await shoot(rig, target, warmUp)
  const costs: { ours: Cost; bare: Cost }[] = []
  for (let round = 1; round <= rig.rounds; round += 1) {
    const pair = { ours: await costOf(rig, ours, amount), bare: await costOf(rig, bare, amount) }
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

async function costOf(rig: Pick<Rig, 'load'>, target: Target, amount: Amount): Promise<Cost> {
  const before = await cpuMs(target.pid)
  const { answers, ms } = await shoot(rig, target, amount)
  const used = (await cpuMs(target.pid)) - before
  return { cpuUs: (used * 1_000) / answers, perSecond: (answers * 1_000) / ms }
}

async function shoot(
  rig: Pick<Rig, 'load'>,
  { shot }: Target,
  { connections, requests, ms }: Amount,
): Promise<LoadResult> {
  const job = { kind: 'closed', shot, connections, requestsMax: requests, msMax: ms } as const
  const result = await rig.load(job, ms + LIMITS.graceMs)
  return checked(result)
}

function middle(costs: readonly Cost[]): Cost {
  return { cpuUs: median(costs.map(({ cpuUs }) => cpuUs)), perSecond: median(costs.map(({ perSecond }) => perSecond)) }
}

function told(name: string, { cpuUs, perSecond }: Cost): string {
  return `${name} ${cpuUs.toFixed(1)} µs, ${perSecond.toFixed(0)}/s`
}
