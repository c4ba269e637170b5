import { countWords } from './amounts.js'
import type { Quota } from './quotas-fields.js'

/** Of the organization's own quotas nobody has to be told whose they are. */
const SCOPES = { device: ' (each device)', app: ' (the app)', organization: '' } as const

/** `10,000 requests per UTC day (each device)`: when a count begins anew is the same for everybody. */
export function quotaWords({ scope, count, period }: Quota): string {
  return `${countWords(count)} ${count === 1 ? 'request' : 'requests'} per UTC ${period}${SCOPES[scope]}`
}
