import { describe, expect, it } from '@jest/globals'
import { CHAIN_LIMITS } from '../chain/chain-limits.js'
import { beginWalk } from './walk.js'

const { lateMs } = CHAIN_LIMITS.verify

describe('late links', () => {
  it('are those that the vault signed more than five minutes after their oldest entry', () => {
    const walk = beginWalk()
    walk.waits(1, 1_000)
    walk.signedAt(1, 1_000 + lateMs)
    expect(walk.late).toBeNull()
    walk.waits(2, 9_000)
    walk.waits(3, 1_000)
    walk.signedAt(3, 1_001 + lateMs)
    expect(walk.late).toEqual({ from: 2, through: 3, seconds: 300 })
  })

  it('are reported from the first to the last of them, with the longest wait', () => {
    const walk = beginWalk()
    for (const [link, waitedMs] of [2 * lateMs, 1, 4 * lateMs, lateMs + 1, 1].entries()) {
      walk.waits(link + 1, 1_000)
      walk.signedAt(link + 1, 1_000 + waitedMs)
    }
    expect(walk.late).toEqual({ from: 1, through: 4, seconds: 1_200 })
  })

  it('include a link that is still unsigned more than five minutes after its entry when the chain ends', () => {
    const walk = beginWalk()
    walk.waits(1, 1_000)
    walk.count = 1
    walk.endsAt(1_000 + lateMs)
    expect(walk.late).toBeNull()
    walk.waits(1, 1_000)
    walk.endsAt(2_000 + lateMs)
    expect(walk.late).toEqual({ from: 1, through: 1, seconds: 301 })
  })

  it('include a link whose entry gives the earliest time possible, and none that has no entry left', () => {
    const walk = beginWalk()
    walk.waits(1, Number.POSITIVE_INFINITY)
    walk.signedAt(1, 2)
    expect(walk.late).toBeNull()
    walk.waits(2, Number.NEGATIVE_INFINITY)
    walk.signedAt(2, 2)
    expect(walk.late).toEqual({ from: 2, through: 2, seconds: Number.MAX_SAFE_INTEGER })
  })
})
