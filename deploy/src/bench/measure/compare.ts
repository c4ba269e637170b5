import { checked, type LoadJob, type LoadResult, type Shot } from '../load/jobs.js'
import type { Rig } from '../rig/rig.js'
import { cpuMs } from './cpu-time.js'
import { median, rangeOf } from './statistics.js'
import { untilWarm } from './until-warm.js'

/** The process that is measured and the request that it is sent. */
export interface Target {
  readonly pid: number
  readonly shot: Shot
}

/** The result of one round: CPU time for each request, and requests a second. */
interface Cost {
  readonly cpuUs: number
  readonly perSecond: number
}

export interface Comparison {
  readonly ours: Cost
  readonly bare: Cost
  /** CPU time for each request of the bare process divided by ours, one for each pair of rounds. */
  readonly ratios: readonly number[]
}

/** How much to send: the first of the two bounds ends it. */
export interface Amount {
  readonly connections: number
  /** Null: as many as possible, by wrk where it is installed. */
  readonly requests: number | null
  readonly ms: number
}

const LIMITS = {
  round: { connections: 32, requests: null, ms: 1_000 },
  /**
   * Pairs of rounds for each round of the rig. Many short ones in turn differ less in their median than few long ones
   * would, because other load on a machine comes and goes within seconds.
   */
  pairsARound: 2,
  /** How much longer a round of the warm-up is. */
  warmUpTimes: 2,
  /** The bound where wrk is not installed. */
  requestsMax: 60_000,
  /** Time that a job may take beyond its own. */
  graceMs: 30_000,
} as const

type CompareRig = Pick<Rig, 'load' | 'wrk' | 'progress' | 'rounds'>

/** Rounds of both processes in turn, so that whatever else happens on the machine affects both, once both are warm. */
export async function compareCpu(
  rig: CompareRig,
  ours: Target,
  bare: Target,
  amount: Amount = LIMITS.round,
): Promise<Comparison> {
  await warmUp(rig, ours, bare, amount)
  return compareWarm(rig, ours, bare, amount)
}

/** Loads both processes, one after the other, until their requests get no cheaper. */
export async function warmUp(
  rig: CompareRig,
  ours: Target,
  bare: Target,
  amount: Amount = LIMITS.round,
): Promise<void> {
  const longer = { ...amount, ms: amount.ms * LIMITS.warmUpTimes }
  for (const target of [ours, bare]) await untilWarm(async () => (await costOf(rig, target, longer)).cpuUs)
}

/** The same for processes that have been compared before, without the warm-up. */
export async function compareWarm(
  rig: CompareRig,
  ours: Target,
  bare: Target,
  amount: Amount = LIMITS.round,
): Promise<Comparison> {
  const costs: { ours: Cost; bare: Cost }[] = []
  const pairs = rig.rounds * LIMITS.pairsARound
  for (let round = 1; round <= pairs; round += 1) {
    const pair = { ours: await costOf(rig, ours, amount), bare: await costOf(rig, bare, amount) }
    rig.progress.say(`round ${round}/${pairs}: ${told('ours', pair.ours)}; ${told('bare', pair.bare)}`)
    costs.push(pair)
  }
  return {
    ours: middle(costs.map((pair) => pair.ours)),
    bare: middle(costs.map((pair) => pair.bare)),
    ratios: costs.map((pair) => pair.bare.cpuUs / pair.ours.cpuUs),
  }
}

/** The range of the ratios, then the cost and requests a second of both. */
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
