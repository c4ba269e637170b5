import { describe, expect, it } from '@jest/globals'
import type { SyncRequest } from '@protectmyapi/protos/generated/directory/v1/SyncRequest'
import { manualTime } from '../test/manual-time.js'
import { silentLog } from '../test/silent-log.js'
import { keepSynced, type SyncEvents } from './keep-synced.js'
import { createKeeper } from './keeper.js'

const HORIZON_MS = 30_000

/** A directory at the other end of the streams: present, mute, or away. */
function make(horizonMs = HORIZON_MS) {
  const time = manualTime()
  const keeper = createKeeper({ clock: time.clock, log: silentLog() })
  const streams: { events: SyncEvents; sent: SyncRequest[]; cancelled: boolean; givenUp: boolean; openedAt: number }[] =
    []
  let mute = false
  let answerMs = 1
  let head = 0
  const keeping = keepSynced({
    feed: keeper,
    bootId: 'boot_x',
    clock: time.clock,
    schedule: time.schedule,
    log: silentLog(),
    open(events) {
      const openedAt = time.clock.monotonicMs()
      const stream = { events, sent: [] as SyncRequest[], cancelled: false, givenUp: false, openedAt }
      streams.push(stream)
      return {
        send(request) {
          stream.sent.push(request)
          if (mute) return
          time.schedule(() => {
            if (stream.cancelled) return
            events.reply({
              reply: 'answer',
              answer: {
                syncId: Number(request.syncId),
                rows: [],
                through: head,
                more: false,
                reset: false,
                horizonMs,
              },
            })
          }, answerMs)
        },
        cancel: () => {
          stream.cancelled = true
        },
        giveUp: () => {
          stream.givenUp = true
        },
      }
    },
  })
  time.advance(1)
  return {
    time,
    keeper,
    keeping,
    streams,
    last: () => {
      const stream = streams.at(-1)
      if (!stream) throw new Error('no stream')
      return stream
    },
    setMute: (next: boolean) => {
      mute = next
    },
    setAnswerMs: (next: number) => {
      answerMs = next
    },
    push(): void {
      head += 1
      streams
        .at(-1)
        ?.events.reply({ reply: 'push', push: { number: head, kind: 'FEED_KIND_APP', id: 'a', generation: head + 1 } })
    },
  }
}

describe('a proxy', () => {
  it('is fresh with the first answer, and says when that has come', async () => {
    const { keeper, keeping } = make()
    await keeping.answered
    expect(keeper.isCurrent()).toBe(true)
  })

  it('syncs at a third of the horizon', () => {
    const { time, last } = make()
    time.advance(HORIZON_MS)
    expect(last().sent.length).toBeGreaterThanOrEqual(3)
    expect(last().sent.length).toBeLessThanOrEqual(4)
  })

  it('reports an applied push at once', () => {
    const { last, push } = make()
    push()
    expect(last().sent.at(-1)).toEqual({ bootId: 'boot_x', syncId: 2, applied: 1 })
  })

  it('opens another stream when one ends, and reports where it stands', () => {
    const { time, streams, last, push } = make()
    push()
    last().events.ended(new Error('management was restarted'))
    expect(streams).toHaveLength(1)
    time.advance(100)
    expect(streams).toHaveLength(2)
    expect(last().sent[0]).toEqual({ bootId: 'boot_x', syncId: 1, applied: 1 })
  })

  it('knocks once a second at most while management is away, and is fresh again soon after its return', () => {
    const { time, keeper, streams, last, setMute } = make()
    setMute(true)
    for (let second = 0; second < 60; second += 1) {
      last().events.ended(new Error('refused'))
      time.advance(1_000)
    }
    expect(streams.length).toBeLessThanOrEqual(62)
    expect(keeper.isCurrent()).toBe(false)
    setMute(false)
    last().events.ended(new Error('refused'))
    time.advance(1_100)
    expect(keeper.isCurrent()).toBe(true)
  })

  it('gives a stream up on which a Sync goes unanswered', () => {
    const { time, streams, keeper, setMute } = make()
    setMute(true)
    time.advance(HORIZON_MS / 3 + 7_000)
    expect(streams).toHaveLength(2)
    expect(streams[0]?.cancelled).toBe(true)
    time.advance(HORIZON_MS)
    expect(keeper.isCurrent()).toBe(false)
  })

  it.each([
    [3_000, 1],
    [5_000, 1],
    [30_000, 2],
  ])(
    'is fresh all the time at a horizon of %i ms where %i managements hang that it is led to before one that is well',
    (horizonMs, hanging) => {
      const { time, streams, keeper, setMute } = make(horizonMs)
      time.advance(horizonMs)
      setMute(true)
      for (let given = 0; given < hanging; given += 1) {
        // Both within a horizon, or it would not be fresh.
        for (let step = 0; step < horizonMs / 50 && !streams.at(-1)?.givenUp; step += 1) {
          time.advance(50)
          expect(keeper.isCurrent()).toBe(true)
        }
        if (given === hanging - 1) setMute(false)
        for (let step = 0; step < horizonMs / 10 && streams.at(-1)?.givenUp; step += 1) time.advance(10)
      }
      expect(keeper.isCurrent()).toBe(true)
      time.advance(horizonMs)
      expect(keeper.isCurrent()).toBe(true)
      expect(streams).toHaveLength(1 + hanging)
    },
  )

  it('waits for a management that is slow and not gone', () => {
    const { time, streams, keeper, setAnswerMs } = make(30_000)
    setAnswerMs(4_500)
    for (let second = 0; second < 120; second += 1) {
      time.advance(1_000)
      expect(keeper.isCurrent()).toBe(true)
    }
    expect(streams).toHaveLength(1)
    const short = make(3_000)
    short.setAnswerMs(900)
    for (let second = 0; second < 60; second += 1) {
      short.time.advance(1_000)
      expect(short.keeper.isCurrent()).toBe(true)
    }
    // One is given up before it is known how long an answer takes.
    expect(short.streams).toHaveLength(2)
  })

  it('hears nothing more from a stream that it gave up', () => {
    const { time, keeper, streams, last } = make()
    const [first] = streams
    last().events.ended(new Error('gone'))
    time.advance(1_000)
    first?.events.reply({ reply: 'push', push: { number: 1, kind: 'FEED_KIND_APP', id: 'a', generation: 2 } })
    first?.events.ended(new Error('once more'))
    time.advance(1_000)
    expect(keeper.applied()).toBe(0)
    expect(streams).toHaveLength(2)
  })

  it('opens another stream before the ten minutes of one are over, and stays fresh', () => {
    const { time, keeper, streams } = make()
    for (let second = 0; second < 600; second += 1) {
      time.advance(1_000)
      expect(keeper.isCurrent()).toBe(true)
    }
    expect(streams).toHaveLength(2)
    expect(streams[0]?.cancelled).toBe(true)
  })

  it('leaves no timer behind when it stops', () => {
    const { time, keeping, last } = make()
    keeping.stop()
    expect(last().cancelled).toBe(true)
    time.advance(60_000)
    expect(time.timers).toBe(0)
  })
})
