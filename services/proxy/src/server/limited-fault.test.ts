import { describe, expect, it } from '@jest/globals'
import { exceededFault, limitedFault } from './limited-fault.js'
import { problemAnswer } from './problem-answer.js'

const fieldsOf = (fault: Parameters<typeof problemAnswer>[0]) => {
  const { fields, body, status } = problemAnswer(fault, 'req_1')
  const read = Object.fromEntries(fields.flatMap((name, at) => (at % 2 === 0 ? [[name, fields[at + 1]]] : [])))
  return { ...read, status, detail: JSON.parse(body.toString()).detail, code: JSON.parse(body.toString()).code }
}

const DAY = { startsAtMs: Date.UTC(2026, 1, 28), endsAtMs: Date.UTC(2026, 2, 1) }
const MONTH = { startsAtMs: Date.UTC(2026, 1), endsAtMs: Date.UTC(2026, 2) }

describe('a refusal by a quota', () => {
  it('names the quota, the time at which it is full again, and the seconds until then', () => {
    expect(
      fieldsOf(exceededFault({ scope: 'device', period: 'day', count: 100, ...DAY, retryAfterMs: 3_600_000 })),
    ).toEqual(
      expect.objectContaining({
        status: 429,
        code: 'QUOTA_EXCEEDED',
        detail: 'The quota of this device, 100 requests per day, is used up. It is full again at 2026-03-01T00:00:00Z.',
        'retry-after': '3600',
        ratelimit: '"device-day";r=0;t=3600',
        'ratelimit-policy': '"device-day";q=100;w=86400',
        'x-should-retry': 'false',
      }),
    )
  })

  it('states the length of that very month as its window', () => {
    const { headers } = exceededFault({ scope: 'app', period: 'month', count: 9, ...MONTH, retryAfterMs: 1 }).details
    expect(headers).toEqual({ ratelimit: '"app-month";r=0;t=1', 'ratelimit-policy': '"app-month";q=9;w=2419200' })
  })
})

describe('the seconds in a refusal', () => {
  it.each([
    [0, 1],
    [0.2, 1],
    [1_000, 1],
    [1_000.1, 2],
    [59_999.5, 60],
    [60_000, 60],
  ])('for a wait of %s ms are %s, rounded up', (retryAfterMs, seconds) => {
    const limited = limitedFault({ scope: 'app', count: 1, periodMs: 60_000, retryAfterMs }).details
    const exceeded = exceededFault({ scope: 'app', period: 'day', count: 1, ...DAY, retryAfterMs }).details
    for (const { retryAfterSeconds, headers } of [limited, exceeded]) {
      expect(retryAfterSeconds).toBe(seconds)
      expect(headers?.ratelimit).toMatch(new RegExp(`;r=0;t=${seconds}$`))
    }
  })
})
