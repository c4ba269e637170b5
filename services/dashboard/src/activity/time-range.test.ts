import { describe, expect, test } from '@jest/globals'
import { entered, lastHours, parseEntered, rangeFrom } from './time-range.js'

describe('the range in an address', () => {
  test('is taken as it is, and in the form that the API takes', () => {
    expect(rangeFrom({ since: '2026-01-02T03:04:05+01:00', until: '2026-01-03T00:00:00.000Z' })).toEqual({
      since: '2026-01-02T02:04:05.000Z',
      until: '2026-01-03T00:00:00.000Z',
    })
  })

  test.each([undefined, 5, '', 'yesterday', '+012026-01-01T00:00:00.000Z'])('is absent if it is %p', (since) => {
    expect(rangeFrom({ since })).toEqual({})
  })
})

describe('the range that somebody enters', () => {
  test('is of their time zone, and survives the way through the address', () => {
    const typed = { since: '2026-03-04T05:06', until: '2026-03-04T05:06:07' }
    const range = parseEntered(typed)
    expect(range).toEqual({
      since: new Date(2026, 2, 4, 5, 6).toISOString(),
      until: new Date(2026, 2, 4, 5, 6, 7).toISOString(),
    })
    expect('errors' in range ? range : entered(rangeFrom(range))).toEqual(typed)
  })

  test('has no bound where a field is empty', () => {
    expect(parseEntered({ since: '', until: '' })).toEqual({})
    expect(entered({})).toEqual({ since: '', until: '' })
  })

  test('is refused at the field that is wrong', () => {
    expect(parseEntered({ since: '12026-01-01T00:00', until: '' })).toEqual({
      errors: { since: 'Enter a date and a time.' },
    })
    expect(parseEntered({ since: '', until: 'x' })).toEqual({ errors: { until: 'Enter a date and a time.' } })
    expect(parseEntered({ since: '2026-01-01T00:00', until: '2026-01-01T00:00' })).toEqual({
      errors: { until: 'Enter a later moment than in From.' },
    })
  })
})

test('the last hours begin at a whole minute and have no end', () => {
  expect(lastHours(24, new Date('2026-05-06T07:08:09.010Z'))).toEqual({ since: '2026-05-05T07:08:00.000Z' })
})
