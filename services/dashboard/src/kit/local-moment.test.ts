import { describe, expect, it } from '@jest/globals'
import { enteredMoment, momentOf } from './local-moment.js'

describe('an expiry as it is entered', () => {
  it('is sent in UTC, and comes back in the person’s time zone as it was entered', () => {
    const sent = momentOf('2027-03-01T12:30')
    expect(sent).toBe(new Date(2027, 2, 1, 12, 30).toISOString())
    expect(enteredMoment(sent)).toBe('2027-03-01T12:30')
  })

  it('is none where nothing is entered', () => {
    expect(momentOf('')).toBeNull()
    expect(enteredMoment(null)).toBe('')
  })
})
