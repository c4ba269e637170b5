import { describe, expect, it } from '@jest/globals'
import { manualTime } from '../test/manual-time.js'
import { silentLog } from '../test/silent-log.js'
import { keepSynced } from './keep-synced.js'
import { createKeeper } from './keeper.js'

const HORIZON_MS = 30_000
/** A directory at the other end of the streams: present, mute, or away. */
function make() {
  const time = manualTime()
  const keeper = createKeeper({ clock: time.clock, log: silentLog() })
  const streams = []
  let mute = false
  let head = 0
  const keeping = keepSynced({
    feed: keeper,
    bootId: 'boot_x',
    clock: time.clock,
    schedule: time.schedule,
    log: silentLog(),
    open(events) {
      const stream = { events, sent: [], cancelled: false, openedAt: time.clock.monotonicMs() }
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
                horizonMs: HORIZON_MS,
              },
            })
          }, 1)
        },
        cancel: () => {
          stream.cancelled = true
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
    setMute: (next) => {
      mute = next
    },
    push() {
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
//# sourceMappingURL=keep-synced.test.js.map
