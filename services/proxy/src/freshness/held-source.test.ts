import { describe, expect, it } from '@jest/globals'
import { manualClock } from '@protectmyapi/dev-kit/manual-clock'
import { Fault } from '@protectmyapi/service-kit/faults'
import { type Gate, gate } from '../test/gate.js'
import { silentLog } from '../test/silent-log.js'
import type { Held } from './held.js'
import { createHeldCache } from './held-cache.js'
import { createHeldSource } from './held-source.js'
import { momentOf } from './horizon.js'
import { createKeeper } from './keeper.js'

const HORIZON_MS = 30_000
const LIFE_MS = 10_000

interface Thing extends Held {
  readonly generation: number
}

/** An authority whose state is one generation, read when it is asked and answered when the test says so. */
function make(lifeMs = LIFE_MS, weight = 1) {
  const clock = manualClock()
  const told: unknown[] = []
  const log = Object.assign(silentLog(), { debug: (...line: unknown[]) => void told.push(line) })
  const keeper = createKeeper({ clock, log })
  const cache = createHeldCache<Thing>(keeper, clock, { entriesMax: 10, weight: { max: 10, weigh: () => weight } })
  const asked: { who: string; why: string; answer: Gate<void> }[] = []
  let current = 1
  let number = 0
  const source = createHeldSource<Thing, string>({
    keeper,
    clock,
    log,
    cache,
    async fill(who, begun, why) {
      const generation = current
      const answer = gate()
      asked.push({ who, why, answer })
      await answer.passed
      return {
        ...begun,
        generation,
        labels: [{ kind: 'FEED_KIND_APP', id: 'a', generation }],
        notAfter: begun.askedAt + lifeMs,
      }
    },
  })
  const synced = (): void =>
    keeper.answer(
      { ...momentOf(clock), applied: number },
      { rows: [], through: number, more: false, reset: false, horizonMs: HORIZON_MS },
    )
  synced()
  return {
    clock,
    told,
    asked,
    synced,
    get: (who = 'somebody') => source.get('key', who),
    refresh: (who = 'somebody') => source.refresh('key', who),
    /** A writer commits, and this proxy applies the row. From here on the writer may have answered. */
    change(): void {
      current += 1
      number += 1
      keeper.push({ number, kind: 'FEED_KIND_APP', id: 'a', generation: current })
    },
    answer: (at: number) => asked[at]?.answer.open(),
    refuse: (at: number, reason: Error) => asked[at]?.answer.fail(reason),
  }
}

const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

describe('a fill', () => {
  it('asks one question, however many requests wait for its answer', async () => {
    const { get, asked, answer } = make()
    const all = Promise.all([get(), get(), get()])
    answer(0)
    expect((await all).map(({ generation }) => generation)).toEqual([1, 1, 1])
    expect(asked).toHaveLength(1)
    await get()
    expect(asked).toHaveLength(1)
  })

  it('whose answer a feed row has overtaken is discarded and asked for again (FENCE)', async () => {
    const { get, asked, answer, change } = make()
    const first = get()
    change()
    answer(0)
    await settle()
    expect(asked).toHaveLength(2)
    answer(1)
    expect((await first).generation).toBe(2)
  })

  it('begun before a change does not reach a request that began after it (HANDOVER)', async () => {
    const { get, asked, answer, change } = make()
    const before = get()
    change()
    const after = get()
    answer(0)
    await settle()
    expect(asked).toHaveLength(2)
    answer(1)
    expect((await before).generation).toBe(2)
    expect((await after).generation).toBe(2)
  })

  it('is given up as UNAVAILABLE when feed rows have overtaken three answers', async () => {
    const { get, asked, answer, change } = make()
    const one = get()
    one.catch(() => {})
    for (let at = 0; at < 3; at += 1) {
      change()
      answer(at)
      await settle()
    }
    await expect(one).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(asked).toHaveLength(3)
  })

  it('that is answered past the horizon is handed to nobody until a Sync is answered', async () => {
    const { clock, get, asked, answer, synced } = make(2 * HORIZON_MS)
    const one = get()
    clock.advance(HORIZON_MS)
    answer(0)
    await expect(one).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await expect(get()).rejects.toMatchObject({ code: 'UNAVAILABLE', message: 'the horizon has passed' })
    expect(asked).toHaveLength(1)
    synced()
    expect((await get()).generation).toBe(1)
    expect(asked).toHaveLength(1)
  })

  it('that is too large to be held is handed to all who wait, and the next request asks again', async () => {
    const { get, asked, answer } = make(LIFE_MS, 11)
    const both = [get(), get()]
    answer(0)
    for (const one of both) expect((await one).generation).toBe(1)
    expect(asked).toHaveLength(1)
    const next = get()
    expect(asked).toHaveLength(2)
    answer(1)
    await next
  })

  it('has its life counted from before it was asked for (READTIME)', async () => {
    const { clock, get, asked, answer } = make()
    const one = get()
    clock.advance(LIFE_MS - 1)
    answer(0)
    await one
    clock.advance(1)
    void get().catch(() => {})
    expect(asked).toHaveLength(2)
  })

  it('that is refused is not remembered: the next request asks again', async () => {
    const { get, asked, refuse } = make()
    const one = get()
    refuse(0, new Fault('ENDPOINT_NOT_FOUND', 'none'))
    await expect(one).rejects.toMatchObject({ code: 'ENDPOINT_NOT_FOUND' })
    void get().catch(() => {})
    expect(asked).toHaveLength(2)
  })

  it.each(['UNAUTHORIZED', 'INVALID_TOKEN', 'TOKEN_EXPIRED', 'ATTESTATION_REQUIRED'] as const)(
    'refused with %s because of its asker’s credential is asked for again by a request that had joined it',
    async (code) => {
      const { get, asked, answer, refuse } = make()
      const revoked = get('revoked')
      revoked.catch(() => {})
      const sound = get('sound')
      refuse(0, new Fault(code, 'revoked'))
      await expect(revoked).rejects.toMatchObject({ code })
      await settle()
      expect(asked.map(({ who }) => who)).toEqual(['revoked', 'sound'])
      answer(1)
      expect((await sound).generation).toBe(1)
    },
  )

  it.each<[string, Error]>([
    ['a refusal', new Fault('ENDPOINT_NOT_FOUND', 'none')],
    ['a mistake of ours', new Error('no fault')],
  ])('that fails because of what was asked for fails for all who joined it: %s', async (_what, refusal) => {
    const { get, asked, refuse } = make()
    const all = [get(), get()]
    refuse(0, refusal)
    for (const one of all) await expect(one).rejects.toBe(refusal)
    expect(asked).toHaveLength(1)
  })

  it('is a request’s own after two that were overtaken, even if another request has begun one meanwhile', async () => {
    const { get, refresh, asked, answer, change } = make()
    const one = get('one')
    one.catch(() => {})
    change()
    answer(0)
    await settle()
    change()
    void refresh('other')
    answer(1)
    await settle()
    expect(asked.map(({ who }) => who)).toEqual(['one', 'one', 'other', 'one'])
    change()
    answer(3)
    await expect(one).rejects.toMatchObject({ code: 'UNAVAILABLE', message: 'the feed overtook every answer' })
    answer(2)
  })

  it('that began last stays the one that others join, even after an older one was answered', async () => {
    const { get, refresh, asked, answer, change } = make()
    const older = refresh('older')
    change()
    const newer = refresh('newer')
    answer(0)
    expect((await older).generation).toBe(1)
    const joined = get('joined')
    await settle()
    expect(asked.map(({ who, why }) => [who, why])).toEqual([
      ['older', 'renewal'],
      ['newer', 'renewal'],
    ])
    answer(1)
    expect([(await newer).generation, (await joined).generation]).toEqual([2, 2])
  })
})

describe('renewal', () => {
  async function held() {
    const made = make()
    const one = made.get()
    made.answer(0)
    await one
    return made
  }

  it('begins with the first request after half of the life, in the background and with its credential', async () => {
    const { clock, get, asked, answer } = await held()
    clock.advance(LIFE_MS / 2)
    await get()
    expect(asked).toHaveLength(1)
    clock.advance(1)
    await get('with the credential of now')
    expect(asked.map(({ who, why }) => [who, why])).toEqual([
      ['somebody', 'wanted'],
      ['with the credential of now', 'renewal'],
    ])
    answer(1)
    await settle()
    clock.advance(LIFE_MS - 1)
    await get()
  })

  it('that fails is logged and tried again after a second, while what is held stays in use', async () => {
    const { clock, get, asked, refuse, told } = await held()
    const err = new Fault('UNAVAILABLE', 'away')
    clock.advance(LIFE_MS / 2 + 1)
    await get()
    refuse(1, err)
    await settle()
    expect(told).toEqual([[{ err }, 'not renewed; what is held stays in use until it expires']])
    await get()
    expect(asked).toHaveLength(2)
    clock.advance(1_000)
    await get()
    expect(asked).toHaveLength(3)
  })

  it('asks one question, however long the answer takes and however many requests come meanwhile', async () => {
    const { clock, get, asked } = await held()
    clock.advance(LIFE_MS / 2 + 1)
    await get()
    clock.advance(1_000)
    await get()
    expect(asked).toHaveLength(2)
  })

  it('whose answer a feed row has overtaken does not bring the old state back', async () => {
    const { clock, get, asked, answer, change } = await held()
    clock.advance(LIFE_MS / 2 + 1)
    await get()
    change()
    const next = get()
    answer(1)
    await settle()
    expect(asked).toHaveLength(3)
    answer(2)
    expect((await next).generation).toBe(2)
    expect((await get()).generation).toBe(2)
  })
})
