import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { takenInTime } from './taken-in-time.js'

const PATIENCE = { patienceMs: 1_000, patiencePerPageMs: 100 } as const

let cuts = 0
let pages: AsyncGenerator<number, void, undefined>
beforeEach(() => {
  jest.useFakeTimers()
  cuts = 0
  pages = takenInTime(numbers(), PATIENCE, () => {
    cuts += 1
  })
})
afterEach(() => {
  jest.useRealTimers()
})

async function* numbers(): AsyncGenerator<number, void, undefined> {
  for (let number = 0; ; number++) yield number
}

/** Lets a page wait for `ms`, then takes the next one. */
async function takeAfter(ms: number): Promise<void> {
  jest.advanceTimersByTime(ms)
  await pages.next()
}

describe('pages of a streamed answer', () => {
  it('are cut off, once, if their reader lets one wait for longer than its patience', async () => {
    await pages.next()
    jest.advanceTimersByTime(999)
    expect(cuts).toBe(0)
    jest.advanceTimersByTime(10_000)
    expect(cuts).toBe(1)
  })

  it('are cut off if each is taken a little too slowly', async () => {
    await pages.next()
    for (let page = 0; page < 8; page++) await takeAfter(200)
    expect(cuts).toBe(0)
    await takeAfter(200)
    expect(cuts).toBe(1)
  })

  it('are not cut off for a reader who is fast enough, and who saves up no more than the whole patience', async () => {
    await pages.next()
    for (let page = 0; page < 100; page++) await takeAfter(100)
    expect(cuts).toBe(0)
    for (let page = 0; page < 100; page++) await takeAfter(0)
    await takeAfter(999)
    expect(cuts).toBe(0)
    jest.advanceTimersByTime(101)
    expect(cuts).toBe(1)
  })

  it('are not cut off once their reader has left', async () => {
    await pages.next()
    await pages.return()
    jest.advanceTimersByTime(10_000)
    expect(cuts).toBe(0)
  })
})
