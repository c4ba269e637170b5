import { expect, it } from '@jest/globals'
import { SEALED_LEASE_BYTES_MAX } from './sealed-lease.js'
import type { SealedLeaseStore } from './sealed-lease-store.js'

interface Rig {
  readonly store: SealedLeaseStore
  /** Lets time pass until the probe is true. @throws where it never is. */
  comesTrue(probe: () => Promise<boolean>): Promise<void>
}

const key = (name: string): string => `pma:{s00}:lease:org_1:${name}`

/** What both Redis and its stand-in must do. */
export function sealedLeaseStoreContract(make: () => Rig): void {
  it('answers in the order of the keys, with null for a missing one', async () => {
    const { store } = make()
    const bytes = Buffer.from([0, 255, 13, 10, 0, 128])
    await store.put(key('order-1'), bytes, 60_000)
    await store.put(key('order-2'), Buffer.from('two'), 60_000)
    expect(await store.get([key('order-2'), key('order-none'), key('order-1')])).toEqual([
      Buffer.from('two'),
      null,
      bytes,
    ])
  })

  it('keeps what was put last', async () => {
    const { store } = make()
    await store.put(key('last'), Buffer.from('one'), 60_000)
    await store.put(key('last'), Buffer.from('two'), 60_000)
    expect(await store.get([key('last')])).toEqual([Buffer.from('two')])
  })

  it('answers a value that is too long with one byte more than the limit, and no more', async () => {
    const { store } = make()
    const longest = Buffer.alloc(SEALED_LEASE_BYTES_MAX, 'x')
    await store.put(key('longest'), longest, 60_000)
    await store.put(key('too-long'), Buffer.alloc(2 * SEALED_LEASE_BYTES_MAX, 'x'), 60_000)
    const [whole, cut] = await store.get([key('longest'), key('too-long')])
    expect([whole?.equals(longest), cut?.length]).toEqual([true, SEALED_LEASE_BYTES_MAX + 1])
  })

  it('forgets a value at the end of its life, even if that is less than a millisecond', async () => {
    const { store, comesTrue } = make()
    await store.put(key('short'), Buffer.from('one'), 0.5)
    await store.put(key('long'), Buffer.from('two'), 60_000)
    await comesTrue(async () => (await store.get([key('short')]))[0] === null)
    expect(await store.get([key('short'), key('long')])).toEqual([null, Buffer.from('two')])
  })
}
