/** The log is counted some seconds behind. What is older than this is behind more than that. */
const BEHIND_MS = 5 * 60_000

/** Whether the figures are of now: without that, the lack of an unusual pattern says nothing. */
export function talliedOf(through: string | null, now: Date): 'nothing' | 'behind' | 'current' {
  if (through === null) return 'nothing'
  return now.getTime() - Date.parse(through) > BEHIND_MS ? 'behind' : 'current'
}
