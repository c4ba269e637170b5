import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { connectTestRedis, redisTarget } from '@protectmyapi/dev-kit/redis/connect-test-redis'
import { describeWithRedis } from '@protectmyapi/dev-kit/redis/describe-with-redis'
import { startTestRedis, type TestRedis } from '@protectmyapi/dev-kit/redis/test-redis'
import { until } from '@protectmyapi/dev-kit/until'
import { SecretBytes } from '@protectmyapi/service-kit/crypto/secret-text'
import type { RedisClient } from '@protectmyapi/service-kit/redis/redis'
import { leaseKey } from '@protectmyapi/service-kit/redis/redis-keys'
import { leaseKeyBytes, secretOf } from '../../test/memory-vault.js'
import { granted, questionOf, settle, sharingProxies } from '../../test/sharing-proxies.js'
import { redisSealedLeases } from './redis-sealed-leases.js'
import { openLease } from './seal-lease.js'
import { parseSealedLease, SEALED_LEASE_BYTES_MAX } from './sealed-lease.js'
import { sealedLeaseStoreContract } from './sealed-lease-store.contract.js'

describeWithRedis('sealed leases in Redis', () => {
  let server: TestRedis
  let client: RedisClient
  beforeAll(async () => {
    server = await startTestRedis()
    client = await connectTestRedis(redisTarget(server))
  })
  afterAll(async () => {
    client.disconnect()
    await server.drop()
  })
  beforeEach(() => server.flush())

  const store = () => redisSealedLeases({ use: (ask) => ask(client) })

  describe('keep the contract', () => {
    sealedLeaseStoreContract(() => ({
      store: store(),
      comesTrue: async (probe) => void (await until(async () => ((await probe()) ? true : undefined))),
    }))
  })

  /** Proxy A serves org_1 alone, proxy B both; both share all that they lease. */
  async function twoOrganizations() {
    const rig = sharingProxies(store)
    const [a, b] = [rig.proxy(), rig.proxy()]
    await b.leases.lease(rig.route(['a1', 'b1'], { organizationId: 'org_1' }))
    await b.leases.lease(rig.route(['a1', 'b1', 'c1'], { organizationId: 'org_2' }))
    await a.leases.lease(rig.route(['d1'], { organizationId: 'org_1' }))
    await until(async () => ((await client.dbsize()) === 6 ? true : undefined))
    return { ...rig, a, b }
  }

  it('open with one proxy’s lease keys only for the organizations that it serves', async () => {
    const { a, vault, route, time } = await twoOrganizations()
    expect(await a.read(questionOf(route(['a1', 'b1'])))).toHaveLength(2)
    expect(await a.read(questionOf(route(['a1', 'b1', 'c1'], { organizationId: 'org_2' })))).toEqual([])
    // An attacker who has all of Redis and A's key, and knows all names and ids.
    const hour = Math.floor(time.clock.wallMs() / 3_600_000)
    const id = { dataKeyId: 'key_org_1', dataKeyVersion: 1, hour }
    expect(a.keys.find('org_1', id)?.reveal()).toEqual(leaseKeyBytes('org_1', id))
    const opened: string[] = []
    for (const organizationId of ['org_1', 'org_2']) {
      for (const name of ['a1', 'b1', 'c1', 'd1']) {
        const whose = { organizationId, ...granted(name) }
        const bytes = await client.getBuffer(leaseKey(organizationId, whose.versionId))
        const sealed = bytes && parseSealedLease(bytes)
        const stolen = new SecretBytes(leaseKeyBytes('org_1', id))
        if (sealed && openLease(stolen, sealed, whose)) opened.push(`${organizationId} ${name}`)
        // Nor by claiming that it belongs to the key's own organization.
        if (organizationId === 'org_2' && sealed)
          expect(openLease(stolen, sealed, { ...whose, organizationId: 'org_1' })).toBeUndefined()
      }
    }
    expect(opened).toEqual(['org_1 a1', 'org_1 b1', 'org_1 d1'])
    expect(vault.asked).toHaveLength(3)
  })

  it('of another organization do not open when they are put in the place of the served organization’s', async () => {
    const { a, vault, route } = await twoOrganizations()
    const foreign = await client.getBuffer(leaseKey('org_2', 'ver_a_1'))
    await client.set(leaseKey('org_1', 'ver_a_1'), foreign ?? '')
    vault.asked.length = 0
    expect((await a.leases.lease(route(['a1']))).get('sec_a')?.value.reveal()).toBe(secretOf('ver_a_1'))
    expect(vault.asked).toHaveLength(1)
  })

  it('that are too long are cut off, those of another type count as absent, and the sound ones are taken', async () => {
    const { a, route } = await twoOrganizations()
    const keyOf = (name: string) => leaseKey('org_1', granted(name).versionId)
    // Redis itself extends the value, so none of it is sent.
    await server.ask('SETRANGE', keyOf('a1'), String(100 * 1024 * 1024), 'x')
    await client.del(keyOf('d1'))
    await client.lpush(keyOf('d1'), 'x')
    const [long, ...others] = await store().get(['a1', 'b1', 'c1', 'd1'].map(keyOf))
    expect(long?.length).toBe(SEALED_LEASE_BYTES_MAX + 1)
    expect(others).toEqual([expect.any(Buffer), null, null])
    const taken = await a.read(questionOf(route(['a1', 'b1', 'd1'])))
    expect(taken.map(({ versionId }) => versionId)).toEqual(['ver_b_1'])
    expect(a.logged.lines()).toMatchObject([{ why: 'not-a-lease', versionId: 'ver_a_1' }])
  })

  it('show no value, lease key or binding, raw, in base64 or in hex', async () => {
    const { time } = await twoOrganizations()
    const hour = Math.floor(time.clock.wallMs() / 3_600_000)
    const dump = await everything(client)
    expect(dump.length).toBeGreaterThan(6 * 150)
    const keys = ['org_1', 'org_2'].map((organizationId) =>
      leaseKeyBytes(organizationId, { dataKeyId: `key_${organizationId}`, dataKeyVersion: 1, hour }),
    )
    const values = ['a', 'b', 'c', 'd'].map((name) => Buffer.from(secretOf(`ver_${name}_1`)))
    for (const plain of [...keys, ...values, Buffer.from('api.example.com'), Buffer.from('sk-value')]) {
      for (const form of [plain, ...inText(plain)]) expect(dump.includes(form)).toBe(false)
    }
  })

  it('each expire within a lease’s life of five minutes', async () => {
    await twoOrganizations()
    for (const key of await client.keys('*')) {
      const lifeMs = await client.pttl(key)
      expect(lifeMs).toBeGreaterThan(0)
      expect(lifeMs).toBeLessThanOrEqual(300_000)
    }
  })

  it('are not taken past their end, even if their expiry in Redis was removed (RTTL)', async () => {
    const { a, route, advance } = await twoOrganizations()
    for (const key of await client.keys('*')) await client.persist(key)
    advance(300_000)
    expect(await a.read(questionOf(route(['a1', 'b1'])))).toEqual([])
    await settle()
  })
})

/** All keys, and everything that Redis returns for them. */
async function everything(client: RedisClient): Promise<Buffer> {
  const keys = await client.keys('*')
  const dumps = await Promise.all(keys.flatMap((key) => [client.dumpBuffer(key), client.getBuffer(key)]))
  return Buffer.concat([Buffer.from(keys.join('\n')), ...dumps.map((dump) => dump ?? Buffer.alloc(0))])
}

/** Hex, and what base64 shows of it at each of its three alignments. */
function inText(plain: Buffer): Buffer[] {
  const base64 = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), plain])
      .toString('base64')
      .replace(/=+$/, '')
    return text.slice(shift === 0 ? 0 : shift + 1, -2)
  })
  return [plain.toString('hex'), plain.toString('hex').toUpperCase(), ...base64].map((text) => Buffer.from(text))
}
