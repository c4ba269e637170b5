import type { Quota } from '../kit/quotas-fields.js'

const SCOPES = { device: 'each device', app: 'the app', organization: 'the organization' } as const

/** `10000 per UTC day (each device)`, beside `limitWords`. */
export function quotaWords({ scope, count, period }: Quota): string {
  return `${count} per UTC ${period} (${SCOPES[scope]})`
}
