import { describe, expect, it } from '@jest/globals'
import { inForceWords, valueGoneWords } from './in-force.js'

const at = (moment: string) => moment.slice(11, 19)

describe('what a change’s answer promises', () => {
  it('is said of proxies that confirmed, that could not be reached, and that are not there', () => {
    expect(inForceWords({ by: 'applied', waitedMs: 4.6 }, 'the old value')).toBe(
      'Every proxy has confirmed, after 5 ms, that no request uses the old value any more.',
    )
    expect(inForceWords({ by: 'horizon', waitedMs: 31_300 }, 'it')).toBe(
      'A proxy could not be reached. After 31 s it may use nothing old any more: no request uses it.',
    )
    expect(inForceWords({ by: 'nobody', waitedMs: 0 }, 'it')).toBe('No proxy is running, so no request uses it.')
  })

  it('never leaves out that internal services may hold the old value for a while', () => {
    const applied = { by: 'applied', waitedMs: 5 } as const
    expect(valueGoneWords(applied, 'the old value', '2026-11-28T19:08:19Z', at)).toBe(
      'Every proxy has confirmed, after 5 ms, that no request uses the old value any more. Internal services may hold the old value until 19:08:19: revoke it at the provider after that.',
    )
    expect(valueGoneWords(applied, 'it', null, at)).toBe(inForceWords(applied, 'it'))
  })
})
