/** The entry's own day, so that the same entry always finds itself; a proxy whose clock is days off gets today. */
export const DAY_OF_ENTRY = `CASE WHEN (at AT TIME ZONE 'UTC')::date BETWEEN current_date - 1 AND current_date + 1
  THEN (at AT TIME ZONE 'UTC')::date ELSE current_date END`

/**
 * The days that an entry of now can be in. As a list, not as a range: the log's primary key begins with the day, and
 * below a range of days Postgres reads the whole index of a day to find one place in it.
 */
export const NEAR_DAYS = 'ARRAY[current_date - 1, current_date, current_date + 1]'
