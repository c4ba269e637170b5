/** What a `datetime-local` field holds, as the API takes it: ISO 8601 in UTC. Empty: null, which is never. */
export function momentOf(entered: string): string | null {
  return entered === '' ? null : new Date(entered).toISOString()
}

/** The other way round: as such a field writes it, in the person's time zone. */
export function enteredMoment(at: string | null): string {
  if (at === null) return ''
  const date = new Date(at)
  const two = (value: number) => String(value).padStart(2, '0')
  const day = [String(date.getFullYear()).padStart(4, '0'), two(date.getMonth() + 1), two(date.getDate())].join('-')
  const time = [two(date.getHours()), two(date.getMinutes())].join(':')
  return `${day}T${time}${date.getSeconds() === 0 ? '' : `:${two(date.getSeconds())}`}`
}
