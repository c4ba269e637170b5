/** What a `datetime-local` field holds, as the API takes it: ISO 8601 in UTC. Empty: null, which is never. */
export function momentOf(entered: string): string | null {
  return entered === '' ? null : new Date(entered).toISOString()
}

/** The other way round: in the person's time zone, to the minute. */
export function enteredMoment(at: string | null): string {
  if (at === null) return ''
  const date = new Date(at)
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000)
  return local.toISOString().slice(0, 16)
}
