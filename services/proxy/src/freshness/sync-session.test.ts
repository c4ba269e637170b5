import { describe, expect, it } from '@jest/globals'
import { manualClock } from '@protectmyapi/dev-kit/manual-clock'
import type { SyncReply__Output } from '@protectmyapi/protos/generated/directory/v1/SyncReply'
import { silentLog } from '../test/silent-log.js'
import { createKeeper } from './keeper.js'
import { createSyncSession } from './sync-session.js'

const HORIZON_MS = 1_000
const PROOF = Buffer.alloc(32, 1)

function make() {
  const clock = manualClock()
  const keeper = createKeeper({ clock, log: silentLog() })
  const session = createSyncSession({ feed: keeper, clock, bootId: 'boot_x', proof: PROOF })
  return { clock, keeper, session }
}

const answer = (syncId: number, over: Partial<NonNullable<SyncReply__Output['answer']>> = {}): SyncReply__Output => ({
  reply: 'answer',
  answer: { syncId, rows: [], through: 0, more: false, reset: false, horizonMs: HORIZON_MS, ...over },
})
const push = (number: number): SyncReply__Output => ({
  reply: 'push',
  push: { number, kind: 'FEED_KIND_APP', id: `app_${number}`, generation: 2 },
})

describe('the session of one Sync stream', () => {
  it('counts the horizon from the sending of the Sync that an answer names (ECHO, SENT)', () => {
    const { clock, keeper, session } = make()
    expect(session.request()).toEqual({ bootId: 'boot_x', proof: PROOF, syncId: 1, applied: 0 })
    clock.advance(400)
    session.request()
    clock.advance(100)
    session.receive(answer(1))
    clock.advance(500)
    expect(keeper.isCurrent()).toBe(false)
    session.receive(answer(2))
    expect(keeper.isCurrent()).toBe(true)
    clock.advance(400)
    expect(keeper.isCurrent()).toBe(false)
  })

  it('goes on when an answer is lost: the next one moves the horizon from the sending of its own Sync', () => {
    const { clock, keeper, session } = make()
    session.request()
    clock.advance(900)
    session.request()
    session.receive(answer(2))
    clock.advance(999)
    expect(keeper.isCurrent()).toBe(true)
    clock.advance(1)
    expect(keeper.isCurrent()).toBe(false)
    expect(session.waitingMs()).toBe(0)
  })

  it('ignores an answer to a Sync that was never sent on it, and the repetition of an answer', () => {
    const { clock, keeper, session } = make()
    session.request()
    expect(session.receive(answer(7))).toBe(false)
    expect(keeper.isCurrent()).toBe(false)
    expect(session.receive(answer(1))).toBe(true)
    clock.advance(HORIZON_MS)
    expect(session.receive(answer(1))).toBe(false)
    expect(keeper.isCurrent()).toBe(false)
  })

  it('has a Sync due once rows were pushed, one for a burst of them, and none while a Sync is unanswered', () => {
    const { session } = make()
    session.request()
    session.receive(answer(1))
    expect(session.due()).toBe(false)
    // A push answers no Sync.
    expect(session.receive(push(1))).toBe(false)
    expect(session.due()).toBe(true)
    expect(session.request()).toMatchObject({ syncId: 2, applied: 1 })
    session.receive(push(2))
    session.receive(push(3))
    expect(session.due()).toBe(false)
    session.receive(answer(2, { through: 1 }))
    expect(session.due()).toBe(true)
    expect(session.request()).toMatchObject({ syncId: 3, applied: 3 })
  })

  it('has a Sync due after rows that came with an answer', () => {
    const { session } = make()
    session.request()
    session.receive(answer(1, { rows: [{ number: 1, kind: 'FEED_KIND_APP', id: 'a', generation: 2 }], through: 1 }))
    expect(session.due()).toBe(true)
  })

  it('has a Sync due for a missing row, and applies those that follow only with it (CONTIG)', () => {
    const { keeper, session } = make()
    session.request()
    session.receive(answer(1))
    session.receive(push(2))
    expect(keeper.applied()).toBe(0)
    expect(session.due()).toBe(true)
    expect(session.request()).toMatchObject({ applied: 0 })
    session.receive(
      answer(2, {
        rows: [1, 2].map((number) => ({ number, kind: 'FEED_KIND_APP', id: 'a', generation: number + 1 })),
        through: 2,
      }),
    )
    expect(keeper.applied()).toBe(2)
  })

  it('takes a Sync as answered only with the last page of its answer', () => {
    const { clock, keeper, session } = make()
    session.request()
    clock.advance(10)
    expect(
      session.receive(
        answer(1, { rows: [{ number: 1, kind: 'FEED_KIND_APP', id: 'a', generation: 2 }], through: 1, more: true }),
      ),
    ).toBe(false)
    expect(keeper.isCurrent()).toBe(false)
    expect(session.due()).toBe(false)
    expect(session.receive(answer(1, { through: 1 }))).toBe(true)
    expect(keeper.isCurrent()).toBe(true)
  })

  it('takes an answer for all earlier Syncs as well, and for none that was sent later', () => {
    const { clock, keeper, session } = make()
    for (let sync = 1; sync <= 3; sync += 1) session.request()
    clock.advance(10)
    expect(session.receive(answer(2))).toBe(true)
    clock.advance(5)
    expect(session.waitingMs()).toBe(5)
    expect(session.receive(answer(1))).toBe(false)
    expect(session.receive(answer(3))).toBe(true)
    expect(session.waitingMs()).toBe(0)
    expect(keeper.isCurrent()).toBe(true)
  })

  it('ignores an empty reply', () => {
    const { session } = make()
    session.request()
    expect(session.receive({})).toBe(false)
  })

  it('tells how long it has sent nothing and has waited, and the horizon once it has a whole answer', () => {
    const { clock, session } = make()
    clock.advance(5)
    expect(session.due()).toBe(false)
    expect([session.idleMs(), session.waitingMs(), session.horizonMs()]).toEqual([5, 0, undefined])
    session.request()
    clock.advance(7)
    expect([session.idleMs(), session.waitingMs()]).toEqual([7, 7])
    session.receive(answer(1, { more: true, horizonMs: 1 }))
    expect(session.horizonMs()).toBeUndefined()
    session.receive(answer(1))
    expect([session.idleMs(), session.waitingMs(), session.horizonMs()]).toEqual([7, 0, HORIZON_MS])
  })

  it('counts its wait from the oldest unanswered Sync, however many follow', () => {
    const { clock, session } = make()
    clock.advance(3)
    session.request()
    clock.advance(4)
    session.request()
    clock.advance(5)
    expect([session.waitingMs(), session.idleMs()]).toEqual([9, 5])
  })

  it('counts its wait anew from each page of an answer', () => {
    const { clock, session } = make()
    session.request()
    clock.advance(4_000)
    expect(session.waitingMs()).toBe(4_000)
    session.receive(answer(1, { more: true }))
    clock.advance(1_000)
    expect(session.waitingMs()).toBe(1_000)
  })
})
