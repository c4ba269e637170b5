import { quantile, rangeOf } from './statistics.js'

/** Delays in milliseconds, measured in turn. */
export interface Delays {
  readonly ours: readonly number[]
  readonly bare: readonly number[]
}

interface Sides {
  readonly ours: () => Promise<readonly number[]>
  readonly bare: () => Promise<readonly number[]>
}

/** Rounds of windows in turn, after one round that does not count: neither side has been asked like this before. */
export async function roundsInTurn(rounds: number, windows: number, sides: Sides): Promise<readonly Delays[]> {
  await delaysInTurn(windows, sides)
  const taken: Delays[] = []
  for (let round = 0; round < rounds; round += 1) taken.push(await delaysInTurn(windows, sides))
  return taken
}

/**
 * Measures both sides in short windows, in turn and in changing order. Other load on the machine comes and goes within
 * seconds, so long windows would attribute it to one side.
 */
export async function delaysInTurn(windows: number, sides: Sides): Promise<Delays> {
  const delays = { ours: [] as number[], bare: [] as number[] }
  for (let window = 0; window < windows; window += 1)
    for (const side of window % 2 === 0 ? (['ours', 'bare'] as const) : (['bare', 'ours'] as const))
      delays[side].push(...(await sides[side]()))
  return delays
}

export interface Added {
  /** Over the delays of all rounds. */
  readonly ms: number
  /** Smallest and largest of the rounds. */
  readonly range: readonly [number, number]
}

/** By how much a quantile of our delays exceeds that of the bare ones. */
export function addedDelay(rounds: readonly Delays[], part: number): Added {
  const added = ({ ours, bare }: Delays): number => quantile(ours, part) - quantile(bare, part)
  const all = { ours: rounds.flatMap(({ ours }) => ours), bare: rounds.flatMap(({ bare }) => bare) }
  return { ms: added(all), range: rangeOf(rounds.map(added)) }
}
