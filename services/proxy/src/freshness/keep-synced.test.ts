import { afterEach, describe, expect, it, jest } from '@jest/globals'
import type { SyncRequest } from '@protectmyapi/protos/generated/directory/v1/SyncRequest'
import { Fault } from '@protectmyapi/service-kit/faults'
import { manualTime } from '../test/manual-time.js'
import { silentLog } from '../test/silent-log.js'
import { keepSynced, type SyncEvents } from './keep-synced.js'
import { createKeeper } from './keeper.js'

const HORIZON_MS = 30_000

interface Stream {
  readonly events: SyncEvents
  readonly sent: SyncRequest[]
  /** When each Sync was sent, in milliseconds since the stream was opened. */
  readonly sentAt: number[]
  readonly openedAt: number
  cancelled: boolean
  givenUp: boolean
}

/** A directory at the other end of the streams: present, mute, or away. */
function make(horizonMs = HORIZON_MS, { mute = false } = {}) {
  const time = manualTime()
  const keeper = createKeeper({ clock: time.clock, log: silentLog() })
  const streams: Stream[] = []
  let answerMs = 1
  let head = 0
  const told: { err: unknown; againInMs: number; line: string }[] = []
  const alarms: { err: unknown; line: string }[] = []
  const keeping = keepSynced({
    feed: keeper,
    bootId: 'boot_x',
    clock: time.clock,
    schedule: time.schedule,
    log: Object.assign(silentLog(), {
      info: (fields: Omit<(typeof told)[number], 'line'>, line: string) => void told.push({ ...fields, line }),
      error: ({ err }: { err: unknown }, line: string) => void alarms.push({ err, line }),
    }),
    open(events) {
      const openedAt = time.clock.monotonicMs()
      const stream: Stream = { events, sent: [], sentAt: [], cancelled: false, givenUp: false, openedAt }
      streams.push(stream)
      return {
        send(request) {
          stream.sent.push(request)
          stream.sentAt.push(time.clock.monotonicMs() - openedAt)
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
    told,
    alarms,
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
  it('is fresh once its first Sync is answered, which it announces', async () => {
    const { keeper, keeping } = make()
    await keeping.answered
    expect(keeper.isCurrent()).toBe(true)
  })

  it.each([
    [30_000, 10_000],
    [3_000, 1_000],
    [300, 100],
    // Never more often than that, whatever horizon it is given.
    [60, 50],
  ])('at a horizon of %i ms syncs every %i ms', (horizonMs, everyMs) => {
    const { time, last } = make(horizonMs)
    time.advance(4 * everyMs)
    const gaps = last()
      .sentAt.slice(1)
      .map((at, index) => at - (last().sentAt[index] ?? 0))
    expect(gaps.length).toBeGreaterThanOrEqual(3)
    for (const gap of gaps) {
      expect(gap).toBeGreaterThanOrEqual(everyMs)
      // It looks four times in between, and at least once a second.
      expect(gap).toBeLessThan(everyMs + Math.min(1_000, everyMs / 4) + 1)
    }
  })

  it('gives up a stream without a first answer after five seconds, sends nothing more on it, and opens another', () => {
    const { time, streams, told } = make(HORIZON_MS, { mute: true })
    time.advance(5_000 - 1)
    expect(streams[0]).toMatchObject({ givenUp: false, cancelled: false })
    time.advance(1_001)
    expect(streams[0]).toMatchObject({ givenUp: true, cancelled: true, sentAt: [0] })
    expect(told).toMatchObject([{ err: 'a Sync went unanswered' }])
    time.advance(100)
    expect(streams).toHaveLength(2)
  })

  it('reports an applied push at once', () => {
    const { last, push } = make()
    push()
    expect(last().sent.at(-1)).toMatchObject({ bootId: 'boot_x', syncId: 2, applied: 1 })
  })

  it('opens another stream 100 ms after one ended, and reports there what it has applied', () => {
    const { time, streams, last, push } = make()
    push()
    last().events.ended(new Error('management was restarted'))
    expect(streams).toHaveLength(1)
    time.advance(100)
    expect(streams).toHaveLength(2)
    expect(last().sent[0]).toMatchObject({ bootId: 'boot_x', syncId: 1, applied: 1 })
  })

  it('sends the same 32 bytes of proof in all Syncs of all its streams, and another process sends others', () => {
    const shown = () => {
      const { time, streams, last, push } = make()
      push()
      last().events.ended(new Error('management was restarted'))
      time.advance(100)
      return streams.flatMap(({ sent }) => sent.map(({ proof }) => Buffer.from(proof ?? '').toString('hex')))
    }
    const [one, other] = [shown(), shown()]
    expect(one).toHaveLength(3)
    expect(one[0]).toMatch(/^[0-9a-f]{64}$/)
    expect(new Set(one).size).toBe(1)
    expect(new Set([...one, ...other]).size).toBe(2)
  })

  it('that is refused logs an error each time, opens new streams, and is fresh until its horizon and no longer', () => {
    const { time, keeper, streams, last, setMute, alarms, told } = make()
    const refused = new Fault('FORBIDDEN', 'another speaks for this boot')
    setMute(true)
    for (let second = 0; second < HORIZON_MS / 1_000 - 1; second += 1) {
      expect(keeper.isCurrent()).toBe(true)
      last().events.ended(refused)
      time.advance(1_000)
    }
    expect(alarms).toHaveLength(HORIZON_MS / 1_000 - 1)
    expect(alarms[0]).toEqual({
      err: refused,
      line: 'management refuses this proxy’s Syncs: the proxy serves only until its horizon',
    })
    expect(told).toEqual([])
    expect(streams).toHaveLength(HORIZON_MS / 1_000)
    time.advance(1_000)
    expect(keeper.isCurrent()).toBe(false)
  })

  it('opens a stream a second at most while management is away, logs no error, and is fresh once it is back', () => {
    const { time, keeper, streams, last, setMute, alarms } = make()
    setMute(true)
    for (let second = 0; second < 60; second += 1) {
      last().events.ended(new Fault('UNAVAILABLE', 'away'))
      time.advance(1_000)
    }
    expect(streams.length).toBeLessThanOrEqual(62)
    expect(keeper.isCurrent()).toBe(false)
    // No refusal: it passes by itself, so nobody is to be woken for it.
    expect(alarms).toEqual([])
    setMute(false)
    last().events.ended(new Error('refused'))
    time.advance(1_100)
    expect(keeper.isCurrent()).toBe(true)
  })

  describe('while management is away', () => {
    afterEach(() => {
      jest.restoreAllMocks()
    })

    const waits = (random: number): number[] => {
      jest.spyOn(Math, 'random').mockReturnValue(random)
      const { time, told, last, streams, setMute } = make()
      setMute(true)
      for (let attempt = 1; attempt <= 6; attempt += 1) {
        last().events.ended(new Error('refused'))
        time.advance(told.at(-1)?.againInMs ?? 0)
        expect(streams).toHaveLength(attempt + 1)
      }
      setMute(false)
      last().events.ended(new Error('refused'))
      time.advance(1_001)
      last().events.ended(new Error('once more'))
      return told.map(({ againInMs }) => againInMs)
    }

    it('waits 100 ms, twice as long after each failure up to a second, and 100 ms again after an answer', () => {
      expect(waits(1)).toEqual([100, 200, 400, 800, 1_000, 1_000, 1_000, 100])
    })

    it('shortens these waits by half at most, by chance, so that not all proxies come at once', () => {
      expect(waits(0)).toEqual([50, 100, 200, 400, 500, 500, 500, 50])
    })

    it('still tries again within a second after a thousand failures', () => {
      const { time, told, last, setMute } = make()
      setMute(true)
      for (let attempt = 1; attempt <= 1_100; attempt += 1) {
        last().events.ended(new Error('refused'))
        time.advance(told.at(-1)?.againInMs ?? 0)
      }
      expect(told.at(-1)?.againInMs).toBeLessThanOrEqual(1_000)
    })
  })

  it('cancels a stream on which a Sync goes unanswered, and opens another', () => {
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
    'stays fresh at a horizon of %i ms though it meets %i managements that hang before one that answers',
    (horizonMs, hanging) => {
      const { time, streams, keeper, setMute } = make(horizonMs)
      time.advance(horizonMs)
      setMute(true)
      for (let given = 0; given < hanging; given += 1) {
        // Both within a horizon, because otherwise the proxy would not be fresh.
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

  it('stays fresh with a management that answers slowly, over one stream, or two at a short horizon', () => {
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
    // One stream is given up before it is known how long an answer takes.
    expect(short.streams).toHaveLength(2)
  })

  it('ignores what comes from a stream after its end', () => {
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

  it('keeps a stream for nine minutes, and opens the next one at once', () => {
    const { time, streams, told } = make()
    time.advance(9 * 60_000)
    expect(streams).toHaveLength(1)
    time.advance(1_000)
    expect(streams).toHaveLength(2)
    const line = 'the Sync stream ended: another is opened'
    expect(told).toEqual([{ err: 'the stream is old', againInMs: 0, line }])
  })

  it('cancels its stream, leaves no timer behind and logs nothing when it stops', () => {
    const { time, keeping, last, told } = make()
    keeping.stop()
    expect(last().cancelled).toBe(true)
    time.advance(60_000)
    expect(time.timers).toBe(0)
    expect(told).toEqual([])
  })

  it('opens no further stream when it stops between two', () => {
    const { time, keeping, last, streams } = make()
    last().events.ended(new Error('refused'))
    keeping.stop()
    time.advance(60_000)
    expect(time.timers).toBe(0)
    expect(streams).toHaveLength(1)
  })
})
