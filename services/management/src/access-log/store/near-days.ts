const DAY_MS = 86_400_000

const numberOf = (day: string): number => Date.parse(`${day}T00:00:00Z`) / DAY_MS
const nameOf = (dayNumber: number): string => new Date(dayNumber * DAY_MS).toISOString().slice(0, 10)

/**
 * Gives an entry its own day, so that the same entry is always found again; if the proxy's clock is days off, gives
 * today.
 */
export function daysNear(today: string): (atMs: number) => string {
  const first = numberOf(today) - 1
  const near = [first, first + 1, first + 2].map(nameOf)
  return (atMs) => near[Math.floor(atMs / DAY_MS) - first] ?? today
}

/**
 * The days that an entry recorded now can be in. A list rather than a range: the log's primary key begins with the day,
 * and for a range of days Postgres reads the whole index of a day to find one place in it.
 */
export const NEAR_DAYS = 'ARRAY[current_date - 1, current_date, current_date + 1]'
