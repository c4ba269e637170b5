import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import type { Fault } from '../faults.js'
import { createUnfinishedCalls } from './unfinished-calls.js'

const BOUNDS = {
  wholeMs: 1_000,
  own: { callsMax: 3, bytesMax: 3_000 },
  internal: { callsMax: 2, bytesMax: 2_000 },
  pieceBytes: 100,
}

const bounded = () => createUnfinishedCalls((identity) => identity.startsWith('internal'), BOUNDS)

/** A call that receives pieces, and how it was refused. */
function begun(calls: ReturnType<typeof bounded>, identity: string) {
  const refused: string[] = []
  const pieces = new PassThrough()
  const call = calls.begin(identity, pieces, ({ code }: Fault) => refused.push(code))
  /** Delivers a piece in a buffer of its own. */
  const comes = (bytes: number, of = new ArrayBuffer(bytes)) => void pieces.emit('data', new Uint8Array(of, 0, bytes))
  return { ...call, refused, comes }
}

const TOO_MANY = expect.objectContaining({ code: 'RATE_LIMITED', details: { retryAfterSeconds: 1 } })

describe('calls whose message is on its way', () => {
  beforeEach(() => void jest.useFakeTimers())
  afterEach(() => void jest.useRealTimers())

  it('are refused once when the message takes too long', () => {
    const calls = bounded()
    const late = begun(calls, 'internal')
    const whole = begun(calls, 'internal')
    const gone = begun(calls, 'own')
    whole.whole()
    gone.over()
    jest.advanceTimersByTime(BOUNDS.wholeMs - 1)
    expect(late.refused).toEqual([])
    jest.advanceTimersByTime(10 * BOUNDS.wholeMs)
    expect([late.refused, whole.refused, gone.refused]).toEqual([['INVALID_REQUEST'], [], []])
  })

  it('are bounded for each identity separately', () => {
    const calls = bounded()
    const [first] = [begun(calls, 'internal'), begun(calls, 'internal')]
    expect(() => begun(calls, 'internal')).toThrow(TOO_MANY)
    for (const identity of ['internal-2', 'internal-2', 'own', 'own', 'own']) begun(calls, identity)
    expect(() => begun(calls, 'own')).toThrow(TOO_MANY)
    first?.over()
    first?.over()
    begun(calls, 'internal')
    expect(() => begun(calls, 'internal')).toThrow(TOO_MANY)
  })

  it('are refused if they exceed the bytes of their identity together, and hold nothing once refused', () => {
    const calls = bounded()
    const first = begun(calls, 'internal')
    const second = begun(calls, 'internal')
    const other = begun(calls, 'internal-2')
    first.comes(1_000)
    second.comes(800)
    other.comes(1_900)
    expect([first.refused, second.refused, other.refused]).toEqual([[], [], []])
    first.comes(1)
    first.comes(1)
    expect([first.refused, second.refused, other.refused]).toEqual([['RATE_LIMITED'], [], []])
    second.comes(1_000)
    expect(second.refused).toEqual([])
  })

  it('count for a piece the whole buffer it was read with, once, and a fixed amount for each piece', () => {
    const small = begun(bounded(), 'internal')
    small.comes(1, new ArrayBuffer(1_901))
    expect(small.refused).toEqual(['RATE_LIMITED'])
    const many = begun(bounded(), 'internal')
    const read = new ArrayBuffer(1_000)
    for (let piece = 0; piece < 10; piece += 1) many.comes(1, read)
    expect(many.refused).toEqual([])
    many.comes(1, read)
    expect(many.refused).toEqual(['RATE_LIMITED'])
  })

  it('hold no bytes of a message that is whole, but those of the next message in the stream', () => {
    const stream = begun(bounded(), 'internal')
    stream.comes(1_800)
    stream.whole()
    stream.comes(1_800)
    expect(stream.refused).toEqual([])
    stream.comes(1_800)
    expect(stream.refused).toEqual(['RATE_LIMITED'])
  })
})
