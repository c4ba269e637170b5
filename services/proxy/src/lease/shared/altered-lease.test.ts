import { describe, expect, it } from '@jest/globals'
import { leaseKey } from '@protectmyapi/service-kit/redis/redis-keys'
import { memorySealedLeases } from '../../test/memory-sealed-leases.js'
import { secretOf } from '../../test/memory-vault.js'
import { granted, questionOf, settle, sharingProxies } from '../../test/sharing-proxies.js'
import type { SealedFor } from './seal-lease.js'

/** A proxy that holds the lease keys of both organizations, and the leases that others have shared for each. */
async function make() {
  const rig = sharingProxies(memorySealedLeases)
  const [a, b] = [rig.proxy(), rig.proxy()]
  for (const organizationId of ['org_1', 'org_2']) {
    await b.leases.lease(rig.route(['z1'], { organizationId }))
    await a.leases.lease(rig.route(['a1', 'b1'], { organizationId }))
  }
  await settle()
  rig.vault.asked.length = 0
  const sealedOf = (name: string, organizationId = 'org_1'): Buffer => {
    const entry = rig.store.entries.get(leaseKey(organizationId, granted(name).versionId))
    if (!entry) throw new Error(`nothing is shared of ${name}`)
    return entry.sealed
  }
  /** What somebody has written to Redis in place of a1. */
  const replace = (sealed: Buffer, organizationId = 'org_1'): void =>
    void rig.store.entries.set(leaseKey(organizationId, 'ver_a_1'), { sealed, until: Number.POSITIVE_INFINITY })
  const question = questionOf(rig.route(['a1']))
  return { ...rig, a, b, sealedOf, replace, question }
}

function* everyBitFlip(bytes: Buffer): Generator<Buffer> {
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const flipped = Buffer.from(bytes)
    flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
    yield flipped
  }
}

describe('a shared lease that somebody has altered', () => {
  it('is not taken when any single bit is flipped', async () => {
    const { b, sealedOf, replace, question } = await make()
    const sound = sealedOf('a1')
    expect(await b.read(question)).toHaveLength(1)
    for (const flipped of everyBitFlip(sound)) {
      replace(flipped)
      expect(await b.read(question)).toEqual([])
    }
  })

  it('is not taken when it is cut short at any byte, or made longer', async () => {
    const { b, sealedOf, replace, question } = await make()
    const sound = sealedOf('a1')
    for (let length = 0; length < sound.length; length += 1) {
      replace(sound.subarray(0, length))
      expect(await b.read(question)).toEqual([])
    }
    for (const longer of [Buffer.concat([sound, Buffer.alloc(1)]), Buffer.alloc(1024 * 1024, sound)]) {
      replace(longer)
      expect(await b.read(question)).toEqual([])
    }
  })

  it('is not taken for another secret, generation or organization, although the lease key is held', async () => {
    const { b, sealedOf, replace, question } = await make()
    const sound = sealedOf('a1')
    replace(sealedOf('b1'))
    expect(await b.read(question)).toEqual([])
    replace(sealedOf('a1', 'org_2'))
    expect(await b.read(question)).toEqual([])
    replace(sound)
    const [secret = granted('a1')] = question.secrets
    const others: Partial<SealedFor>[] = [{ secretId: 'sec_b' }, { generation: 2 }]
    for (const other of others) expect(await b.read({ ...question, secrets: [{ ...secret, ...other }] })).toEqual([])
    expect(await b.read(question)).toHaveLength(1)
  })

  it('is not taken when it was put back after its end', async () => {
    const { b, sealedOf, replace, question, advance } = await make()
    const old = sealedOf('a1')
    advance(300_000)
    replace(old)
    expect(await b.read(question)).toEqual([])
  })

  it('is replaced by the vault’s lease within the same request, and is overwritten in the store', async () => {
    const { b, replace, route, vault, sealedOf } = await make()
    const rubbish = Buffer.from('rubbish')
    replace(rubbish)
    expect((await b.leases.lease(route(['a1']))).get('sec_a')?.value.reveal()).toBe(secretOf('ver_a_1'))
    expect(vault.asked).toHaveLength(1)
    await settle()
    expect(sealedOf('a1')).not.toEqual(rubbish)
  })

  it('is logged once a second at most, without its bytes', async () => {
    const { b, sealedOf, replace, question, advance } = await make()
    const [flipped = Buffer.alloc(0)] = [...everyBitFlip(sealedOf('a1'))].slice(-1)
    replace(flipped)
    for (let count = 0; count < 100; count += 1) await b.read(question)
    advance(1_000)
    await b.read(question)
    const told = b.logged.lines()
    expect(told).toHaveLength(2)
    expect(told).toMatchObject([{ why: 'not-authentic', level: 'warn', versionId: 'ver_a_1' }, {}])
    expect(b.logged.text()).not.toContain(flipped.toString('base64').slice(0, 16))
  })
})
