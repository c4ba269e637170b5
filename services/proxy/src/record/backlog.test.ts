import { describe, expect, it } from '@jest/globals'
import { createBacklog } from './backlog.js'

describe('the backlog has room', () => {
  it('for 40,000 of one organization, and no more until one is on record', () => {
    const backlog = createBacklog()
    for (let at = 0; at < 39_999; at += 1) backlog.add('org_a')
    expect(backlog.hasRoom('org_a')).toBe(true)
    backlog.add('org_a')
    expect([backlog.hasRoom('org_a'), backlog.hasRoom('org_b')]).toEqual([false, true])
    backlog.settled({ organizationId: 'org_a' })
    expect(backlog.hasRoom('org_a')).toBe(true)
  })

  it('for 100,000 of all', () => {
    const backlog = createBacklog()
    for (let at = 0; at < 99_999; at += 1) backlog.add(`org_${at % 5}`)
    expect(backlog.hasRoom('org_new')).toBe(true)
    backlog.add('org_0')
    expect(backlog.hasRoom('org_new')).toBe(false)
  })

  it('while fewer than 2,048 admissions are in doubt', () => {
    const backlog = createBacklog()
    for (let at = 0; at < 2_047; at += 1) backlog.doubtful({ organizationId: 'org_a' })
    expect(backlog.hasRoom('org_b')).toBe(true)
    backlog.doubtful({ organizationId: 'org_a' })
    expect(backlog.hasRoom('org_b')).toBe(false)
  })
})
