import type { UsagePoint } from '../api/types.js'
import { type Counts, OUTCOME_NAMES, type Outcome, outcomesOf } from './outcomes.js'

/** Pixels from the left, and from the top. */
interface Part {
  readonly outcome: Outcome
  readonly y: number
  readonly height: number
}

export interface Bar {
  readonly x: number
  readonly width: number
  readonly parts: readonly Part[]
}

interface Area {
  readonly width: number
  readonly height: number
}

/** A few failures among thousands of requests still show. */
const PART_HEIGHT_MIN = 1.5

/** The round number at which the chart ends: 1, 2 or 5 with zeros. */
export function roundAbove(highest: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, highest)))
  return ([1, 2, 5, 10].find((digit) => digit * power >= highest) ?? 10) * power
}

/** One bar for each point, with a part for each outcome that occurred. `top`: the number at the upper edge. */
export function barsOf(points: readonly Counts[], { width, height }: Area, top: number): readonly Bar[] {
  const each = width / points.length
  const gap = Math.min(2, each / 4)
  return points.map((point, at) => ({ x: at * each, width: each - gap, parts: partsOf(point, height, top) }))
}

function partsOf(point: Counts, height: number, top: number): readonly Part[] {
  const counts = outcomesOf(point)
  const parts: Part[] = []
  let y = height
  for (const outcome of OUTCOME_NAMES) {
    if (counts[outcome] === 0) continue
    const own = Math.max(PART_HEIGHT_MIN, (counts[outcome] / top) * height)
    y -= own
    parts.push({ outcome, y, height: own })
  }
  return parts
}

/** The points below which their time stands: evenly apart, and as many as have room. */
export function labelledPoints<Point extends Pick<UsagePoint, 'at'>>(
  points: readonly Point[],
  width: number,
  labelWidth: number,
): readonly { readonly at: string; readonly x: number }[] {
  const labels = Math.min(points.length, Math.max(1, Math.floor(width / labelWidth)))
  const apart = Math.ceil(points.length / labels)
  return points.flatMap(({ at }, index) => (index % apart === 0 ? [{ at, x: (index * width) / points.length }] : []))
}
