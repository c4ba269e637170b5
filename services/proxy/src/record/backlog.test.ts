import { describe, expect, it } from '@jest/globals'
import { createBacklog } from './backlog.js'

describe('the backlog has room', () => {
  it('for 40,000 entries of one organization, and for another one once an entry is on record', () => {
    const backlog = createBacklog()
    for (let at = 0; at < 39_999; at += 1) backlog.add('org_a')
    expect(backlog.hasRoom('org_a')).toBe(true)
    backlog.add('org_a')
    expect([backlog.hasRoom('org_a'), backlog.hasRoom('org_b')]).toEqual([false, true])
    backlog.settled({ organizationId: 'org_a' })
    expect(backlog.hasRoom('org_a')).toBe(true)
  })

  it('for 100,000 entries of all organizations together', () => {
    const backlog = createBacklog()
    for (let at = 0; at < 99_999; at += 1) backlog.add(`org_${at % 5}`)
    expect(backlog.hasRoom('org_new')).toBe(true)
    backlog.add('org_0')
    expect(backlog.hasRoom('org_new')).toBe(false)
  })

  it('for a newcomer while three organizations take all that they can: each gets 25,000 entries', () => {
    const backlog = createBacklog()
    const counts = ['org_a', 'org_b', 'org_c'].map((organizationId) => ({ organizationId, count: 0 }))
    for (let at = 0; at < 120_000; at += 1) {
      const one = counts[at % 3]
      if (!one || !backlog.hasRoom(one.organizationId)) continue
      backlog.add(one.organizationId)
      one.count += 1
    }
    expect(counts.map(({ count }) => count)).toEqual([25_000, 25_000, 25_000])
    expect([backlog.hasRoom('org_a'), backlog.hasRoom('org_new')]).toEqual([false, true])
  })

  it('while fewer than 2,048 admissions are in doubt', () => {
    const backlog = createBacklog()
    for (let at = 0; at < 2_047; at += 1) backlog.doubtful({ organizationId: `org_${at % 4}` })
    expect(backlog.hasRoom('org_new')).toBe(true)
    const last = { organizationId: 'org_3' }
    backlog.doubtful(last)
    expect(backlog.hasRoom('org_new')).toBe(false)
    backlog.settled(last)
    expect(backlog.hasRoom('org_new')).toBe(true)
  })

  it('for the others while one organization has 512 or more admissions in doubt, which stop only itself', () => {
    const backlog = createBacklog()
    const entries = Array.from({ length: 5_000 }, () => ({ organizationId: 'org_a' }))
    for (const entry of entries) backlog.doubtful(entry)
    expect([backlog.hasRoom('org_a'), backlog.hasRoom('org_b')]).toEqual([false, true])
    for (const entry of entries.slice(0, 4_488)) backlog.settled(entry)
    expect(backlog.hasRoom('org_a')).toBe(false)
    for (const entry of entries.slice(4_488, 4_489)) backlog.settled(entry)
    expect(backlog.hasRoom('org_a')).toBe(true)
    for (const entry of entries.slice(4_489)) backlog.settled(entry)
    for (let at = 0; at < 2_047; at += 1) backlog.doubtful({ organizationId: `org_${at % 4}` })
    expect(backlog.hasRoom('org_new')).toBe(true)
  })
})
