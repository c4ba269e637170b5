import { checked, type LoadJob, type LoadResult, type Shot } from '../load/jobs.js'
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
  /** Null: as many as can be, by wrk where there is one. */
  readonly requests: number | null
  readonly ms: number
}

const LIMITS = {
  /** Worth of time before the first: caches fill, sockets open. Of ours the compiler has work for ten seconds and more. */
  warmUpRounds: { ours: 6, bare: 3 },
  round: { connections: 32, requests: null, ms: 2_000 },
  /** Where there is no wrk. */
  requestsMax: 60_000,
  /** Beyond its own time a job may take so long. */
  graceMs: 30_000,
} as const

type CompareRig = Pick<Rig, 'load' | 'wrk' | 'progress' | 'rounds'>

/** Rounds of both, in turn: what else happens on the machine happens to both. */
export async function compareCpu(
  rig: CompareRig,
  ours: Target,
  bare: Target,
  amount: Amount = LIMITS.round,
): Promise<Comparison> {
  const warmUp = (rounds: number): Amount => ({ ...amount, ms: amount.ms * rounds })
  await shoot(rig, ours, warmUp(LIMITS.warmUpRounds.ours))
  await shoot(rig, bare, warmUp(LIMITS.warmUpRounds.bare))
  return compareWarm(rig, ours, bare, amount)
}

/** The same of processes that have been compared before. */
export async function compareWarm(
  rig: CompareRig,
  ours: Target,
  bare: Target,
  amount: Amount = LIMITS.round,
): Promise<Comparison> {
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

async function costOf(rig: Pick<Rig, 'load' | 'wrk'>, target: Target, amount: Amount): Promise<Cost> {
  const before = await cpuMs(target.pid)
  const { answers, ms } = await shoot(rig, target, amount)
  const used = (await cpuMs(target.pid)) - before
  return { cpuUs: (used * 1_000) / answers, perSecond: (answers * 1_000) / ms }
}

async function shoot(
  { load, wrk }: Pick<Rig, 'load' | 'wrk'>,
  { shot }: Target,
  { connections, requests, ms }: Amount,
): Promise<LoadResult> {
  const job: LoadJob =
    requests === null && wrk !== undefined
      ? { kind: 'wrk', wrk, shot, connections, msMax: ms }
      : { kind: 'closed', shot, connections, requestsMax: requests ?? LIMITS.requestsMax, msMax: ms }
  return checked(await load(job, ms + LIMITS.graceMs))
}

function middle(costs: readonly Cost[]): Cost {
  return { cpuUs: median(costs.map(({ cpuUs }) => cpuUs)), perSecond: median(costs.map(({ perSecond }) => perSecond)) }
}

function told(name: string, { cpuUs, perSecond }: Cost): string {
  return `${name} ${cpuUs.toFixed(1)} µs, ${perSecond.toFixed(0)}/s`
}
