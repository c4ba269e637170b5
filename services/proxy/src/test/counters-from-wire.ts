import type { DrawQuotaRequest__Output } from '@protectmyapi/protos/generated/directory/v1/DrawQuotaRequest'
import type { QuotaCounter__Output } from '@protectmyapi/protos/generated/directory/v1/QuotaCounter'
import type { QuotaDraw, QuotaReturn } from '../quota/draw-quota.js'
import type { QuotaCounter } from '../quota/quota-counters.js'

/** What a proxy asked, in the proxy's own types, for a fake directory. */
export function countersFromWire({ draws, returns }: DrawQuotaRequest__Output): {
  draws: readonly QuotaDraw[]
  returns: readonly QuotaReturn[]
} {
  return {
    draws: draws.map(({ counter, count, needed, wanted }) => ({ counter: fromWire(counter, count), needed, wanted })),
    returns: returns.map(({ counter, startsAtMs, units }) => ({ counter: fromWire(counter, 0), startsAtMs, units })),
  }
}

const SCOPES: Readonly<Record<string, QuotaCounter['scope']>> = {
  LIMIT_SCOPE_DEVICE: 'device',
  LIMIT_SCOPE_APP: 'app',
  LIMIT_SCOPE_ORGANIZATION: 'organization',
}

function fromWire(wire: QuotaCounter__Output | null, count: number): QuotaCounter {
  const scope = SCOPES[wire?.scope ?? '']
  if (!wire || !scope) throw new Error('a counter of no known scope')
  const { organizationId, subject } = wire
  return {
    organizationId,
    subject,
    scope,
    period: wire.period === 'QUOTA_PERIOD_DAY' ? 'day' : 'month',
    count,
    key: '',
  }
}
