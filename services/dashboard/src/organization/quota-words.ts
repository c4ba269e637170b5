import type { Organization } from '../api/types.js'

/** `10,000 requests per UTC day`: when a count begins anew is the same for everybody. */
export function quotaWords({ count, period }: Organization['quotas'][number]): string {
  return `${count.toLocaleString('en')} ${count === 1 ? 'request' : 'requests'} per UTC ${period}`
}
