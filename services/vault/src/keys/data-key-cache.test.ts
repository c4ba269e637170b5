import { describe, expect, it } from '@jest/globals'
import { manualClock } from '@protectmyapi/dev-kit/manual-clock'
import { memoryLog } from '@protectmyapi/dev-kit/memory-log'
import { Fault } from '@protectmyapi/service-kit/faults'
import { CACHE_LIMITS, dataKeyCache, type KeyRef } from './data-key-cache.js'

const REF: KeyRef = { organizationId: 'org_a', keyId: 'key_a', keyVersion: 1 }
const MINUTE = 60_000

describe('the cache of plaintext data keys', () => {
  it('loads a key once, however many ask at once, and serves it from then on', async () => {
    const { cache, loads } = setUp()
    const keys = await Promise.all([cache.get(REF), cache.get(REF), cache.get(REF)])
    await cache.get(REF)
    expect(loads()).toBe(1)
    expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(1)
  })

  it('hands out copies: what a caller zeroes is its own', async () => {
    const { cache } = setUp()
    const one = await cache.get(REF)
    one.fill(0)
    expect(await cache.get(REF)).not.toEqual(one)
  })

  it('keeps no key beyond 5 minutes when it is not asked for, and zeroes it', async () => {
    const { cache, clock, loaded } = setUp()
    await cache.get(REF)
    clock.advance(CACHE_LIMITS.lifeMs)
    cache.sweep()
    expect(loaded[0]).toEqual(Buffer.alloc(32))
  })

  it('serves no key beyond 5 minutes although nothing swept it', async () => {
    const { cache, clock, loads, keys } = setUp()
    await cache.get(REF)
    clock.advance(CACHE_LIMITS.lifeMs)
    keys.fault = new Fault('UNAVAILABLE', 'away')
    await expect(cache.get(REF)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(loads()).toBe(2)
  })

  it('counts the life from before the key service was asked', async () => {
    const { cache, clock, loads, keys } = setUp()
    keys.beforeAnswer = () => clock.advance(CACHE_LIMITS.lifeMs)
    await cache.get(REF)
    keys.beforeAnswer = () => undefined
    await cache.get(REF)
    expect(loads()).toBe(2)
  })

  it('serves warm traffic for at least 120 s after the key service went away, whenever that is', async () => {
    for (const awayFromMs of [0, MINUTE, 2.4 * MINUTE, 2.6 * MINUTE, 4.9 * MINUTE, 7 * MINUTE, 12.3 * MINUTE]) {
      const { cache, clock, keys } = setUp()
      await cache.get(REF)
      for (let ms = 0; ms < awayFromMs; ms += 1_000) {
        clock.advance(1_000)
        await cache.get(REF)
      }
      await settled()
      keys.fault = new Fault('UNAVAILABLE', 'away')
      for (let ms = 0; ms <= 120_000; ms += 1_000) {
        await expect(cache.get(REF)).resolves.toHaveLength(32)
        clock.advance(1_000)
      }
    }
  })

  it('renews from half of its life on, once, while it serves the old one', async () => {
    const { cache, clock, loads } = setUp()
    const first = await cache.get(REF)
    clock.advance(CACHE_LIMITS.renewFromMs)
    expect(await cache.get(REF)).toEqual(first)
    await cache.get(REF)
    await settled()
    expect(loads()).toBe(2)
    clock.advance(CACHE_LIMITS.renewFromMs - 1)
    await cache.get(REF)
    await settled()
    expect(loads()).toBe(2)
  })

  it('tries a failed renewal again after 5 s, not with every request', async () => {
    const { cache, clock, loads, keys } = setUp()
    await cache.get(REF)
    keys.fault = new Fault('UNAVAILABLE', 'away')
    clock.advance(CACHE_LIMITS.renewFromMs)
    for (let count = 0; count < 10; count += 1) {
      await cache.get(REF)
      await settled()
    }
    expect(loads()).toBe(2)
    clock.advance(CACHE_LIMITS.renewAgainMs)
    await cache.get(REF)
    await settled()
    expect(loads()).toBe(3)
  })

  it('drops a key at once when its renewal is refused: it is no key any more', async () => {
    const { cache, clock, keys, loaded } = setUp()
    await cache.get(REF)
    keys.fault = new Fault('SECRET_DECRYPTION_FAILED', 'gone')
    clock.advance(CACHE_LIMITS.renewFromMs)
    await cache.get(REF)
    await settled()
    await expect(cache.get(REF)).rejects.toMatchObject({ code: 'SECRET_DECRYPTION_FAILED' })
    expect(loaded[0]).toEqual(Buffer.alloc(32))
  })

  it('drops the keys of one organization and of no other, and zeroes them', async () => {
    const { cache, loads, loaded } = setUp()
    const other = { ...REF, organizationId: 'org_ab' }
    await cache.get(REF)
    await cache.get(other)
    cache.drop('org_a')
    expect(loaded[0]).toEqual(Buffer.alloc(32))
    await cache.get(other)
    expect(loads()).toBe(2)
  })

  it('does not take back a dropped key with a slow answer, nor hands out its zeroes', async () => {
    const { cache, loads, keys } = setUp()
    keys.beforeAnswer = () => cache.drop('org_a')
    await expect(cache.get(REF)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    keys.beforeAnswer = () => undefined
    await cache.get(REF)
    expect(loads()).toBe(2)
  })

  it('takes up a key that was just made without asking for it', async () => {
    const { cache, clock, loads } = setUp()
    const made = Buffer.alloc(32, 9)
    cache.put(REF, made, clock.monotonicMs())
    made.fill(0)
    expect(await cache.get(REF)).toEqual(Buffer.alloc(32, 9))
    expect(loads()).toBe(0)
  })

  it('derives once a name, hands out copies of that, and zeroes it with its key', async () => {
    const { cache } = setUp()
    const derived: Buffer[] = []
    const derive = (dataKey: Uint8Array): Buffer => {
      const bytes = Buffer.from(dataKey).reverse()
      derived.push(bytes)
      return bytes
    }
    expect(cache.derived(REF, 'hour 1', derive)).toBeUndefined()
    await cache.get(REF)
    cache.derived(REF, 'hour 1', derive)?.fill(0)
    expect(cache.derived(REF, 'hour 1', derive)).toEqual(Buffer.from(await cache.get(REF)).reverse())
    expect(derived).toHaveLength(1)
    cache.derived(REF, 'hour 2', derive)
    cache.drop(REF.organizationId)
    expect(derived).toEqual([Buffer.alloc(32), Buffer.alloc(32)])
    expect(cache.derived(REF, 'hour 2', derive)).toBeUndefined()
  })

  it('holds no more than its bound, and zeroes what goes', async () => {
    const { cache, loaded, loads } = setUp()
    for (let index = 0; index <= CACHE_LIMITS.keysMax; index += 1) await cache.get({ ...REF, keyVersion: index + 1 })
    expect(loaded[0]).toEqual(Buffer.alloc(32))
    await cache.get({ ...REF, keyVersion: 2 })
    expect(loads()).toBe(CACHE_LIMITS.keysMax + 1)
  })
})

function setUp() {
  const clock = manualClock()
  const loaded: Buffer[] = []
  const keys: { fault: Fault | undefined; beforeAnswer: () => void } = {
    fault: undefined,
    beforeAnswer: () => undefined,
  }
  let count = 0
  const load = async (): Promise<Buffer> => {
    count += 1
    if (keys.fault) throw keys.fault
    await Promise.resolve()
    keys.beforeAnswer()
    const bytes = Buffer.alloc(32, (count % 255) + 1)
    loaded.push(bytes)
    return bytes
  }
  return { cache: dataKeyCache(load, { clock, log: memoryLog().log }), clock, keys, loaded, loads: () => count }
}

/** Lets a renewal in the background finish. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
