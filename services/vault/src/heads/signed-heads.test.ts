import { createPublicKey, verify } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { FIRST_HEAD, headAfter, headStatement } from '@protectmyapi/service-kit/head-chain'
import { newId } from '@protectmyapi/service-kit/ids'
import { memoryKeys } from '../test/memory-keys.js'
import { vaultCore } from '../test/vault-core.js'
import { createVaultDatabases, type VaultDatabases } from '../test/vault-databases.js'
import { describeHead } from './describe-head.js'
import type { AskedHead } from './head-bounds.js'
import { headKeys } from './head-keys.js'
import { signHead } from './sign-head.js'

let databases: VaultDatabases
const service = memoryKeys()
beforeAll(async () => {
  databases = await createVaultDatabases()
})
afterAll(() => databases.close())

/** A replica with its memory cold. */
function replica() {
  const core = vaultCore(databases, service)
  const { vaultDb, installationId } = databases
  const deps = { vaultDb, installationId, headKeys: headKeys({ vaultDb, keys: core.keys, installationId }) }
  const sign = signHead({ ...deps, clock: core.clock, log: core.logged.log })
  return { ...core, sign, describeHead: describeHead(deps) }
}

const newChain = (): string => `access-log/${newId('organization')}`
/** Links that differ by a word. */
const linksOf = (count: number, word = 'a'): Buffer[] =>
  Array.from({ length: count }, (_, index) => Buffer.alloc(32, `${word}${index}`))

/** The head of these links, and those that lead to it since a count. */
function headOf(chain: string, links: readonly Buffer[], since = 0): AskedHead {
  let head = FIRST_HEAD
  links.forEach((content, index) => {
    head = headAfter({ chain, count: index + 1, previous: head, content })
  })
  return { chain, head, count: links.length, links: links.slice(since) }
}

const conflict = { code: 'CONFLICT' }

describe('a signed head', () => {
  it('verifies under the key that the vault names, as installation, chain, count, head and time', async () => {
    const { sign, describeHead, clock } = replica()
    const asked = headOf(newChain(), linksOf(3))
    const signed = await sign(asked)
    const { installationId, keys, last } = await describeHead(asked.chain)
    expect(last).toEqual(signed)
    expect(signed.signedAtMs).toBe(clock.wallMs())
    const [key] = keys
    if (!key) throw new Error('no key')
    expect(key.id).toBe(signed.keyId)
    const publicKey = createPublicKey({ key: key.publicKey, format: 'der', type: 'spki' })
    const { signedAtMs } = signed
    const statement = { installationId, chain: asked.chain, count: 3, head: asked.head, signedAtMs }
    expect(verify(null, headStatement(statement), publicKey, signed.signature)).toBe(true)
    for (const other of [{ chain: 'audit/x' }, { count: 4 }, { head: FIRST_HEAD }, { signedAtMs: signedAtMs - 1 }])
      expect(verify(null, headStatement({ ...statement, ...other }), publicKey, signed.signature)).toBe(false)
  })

  it('is the same when it is asked for again: an answer that was lost', async () => {
    const { sign, clock } = replica()
    const asked = headOf(newChain(), linksOf(2))
    const first = await sign(asked)
    clock.advance(5_000)
    expect(await sign(asked)).toEqual(first)
    expect(await replica().sign({ ...asked, links: [] })).toEqual(first)
  })

  it('extends the one signed before, whatever more of the past is sent', async () => {
    const { sign } = replica()
    const chain = newChain()
    const links = linksOf(9)
    await sign(headOf(chain, links.slice(0, 3)))
    await sign(headOf(chain, links.slice(0, 5), 3))
    await sign(headOf(chain, links, 1))
    expect((await replica().describeHead(chain)).last?.count).toBe(9)
  })
})

describe('the vault refuses to sign, and says so as an error', () => {
  it.each<[string, (chain: string) => AskedHead]>([
    ['a lower count: a chain that was cut', (chain) => headOf(chain, linksOf(4))],
    ['the same count with another head', (chain) => headOf(chain, [...linksOf(4), Buffer.alloc(32, 'other')])],
    ['a chain that was written anew and is longer', (chain) => headOf(chain, linksOf(7, 'b'))],
    [
      'one that was cut and grew on, by its genuine links',
      (chain) => headOf(chain, [...linksOf(4), ...linksOf(3, 'b')], 5),
    ],
    ['a head that the links do not lead to', (chain) => ({ ...headOf(chain, linksOf(6), 5), head: FIRST_HEAD })],
    [
      'links in another order',
      (chain) => {
        const asked = headOf(chain, linksOf(8), 5)
        return { ...asked, links: [...asked.links].reverse() }
      },
    ],
  ])('%s', async (_what, make) => {
    const { sign, logged } = replica()
    const chain = newChain()
    const before = await sign(headOf(chain, linksOf(5)))
    await expect(sign(make(chain))).rejects.toMatchObject(conflict)
    expect(logged.lines()).toContainEqual(expect.objectContaining({ level: 'error', chain }))
    expect((await replica().describeHead(chain)).last).toEqual(before)
    await sign(headOf(chain, linksOf(6), 5))
  })

  it('the head of another chain', async () => {
    const { sign } = replica()
    const [one, other] = [newChain(), newChain()]
    await sign(headOf(one, linksOf(1)))
    await sign(headOf(other, linksOf(1, 'b')))
    await expect(sign({ ...headOf(other, linksOf(2, 'b'), 1), chain: one })).rejects.toMatchObject(conflict)
  })

  it('what is out of bounds, or does not reach back: that is no alarm', async () => {
    const { sign, logged } = replica()
    const chain = newChain()
    const asked = headOf(chain, linksOf(2))
    await sign(asked)
    for (const change of [
      { chain: '' },
      { chain: 'a b' },
      { chain: 'x'.repeat(129) },
      { head: Buffer.alloc(31) },
      { count: 0 },
      { count: 1.5 },
      { links: [Buffer.alloc(31)] },
      { links: linksOf(3) },
      { count: 20_000, links: linksOf(10_001) },
      { count: 4, links: linksOf(1) },
    ])
      await expect(sign({ ...asked, ...change })).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
    expect(logged.lines().filter(({ level }) => level === 'error')).toEqual([])
  })
})

describe('the key that signs heads', () => {
  it('is one for all replicas, also where they first need it together', async () => {
    const own = await createVaultDatabases()
    try {
      const { vaultDb, installationId } = own
      const one = () => headKeys({ vaultDb, keys: vaultCore(own, service).keys, installationId }).current()
      const made = await Promise.all([one(), one(), one()])
      expect(new Set(made.map(({ id }) => id)).size).toBe(1)
      expect(new Set(made.map(({ publicKey }) => publicKey.toString('hex'))).size).toBe(1)
      expect(await own.tamper('head_key').select('id')).toHaveLength(1)
    } finally {
      await own.close()
    }
  })

  it('is no version that could be leased, and opens neither altered nor for another use', async () => {
    const { sign, openVersion, describeHead } = replica()
    const asked = headOf(newChain(), linksOf(1))
    await sign(asked)
    expect(await databases.tamper('versions').where({ secret_id: 'head-signing-key' })).toEqual([])
    const row = await databases.tamper('head_key').first()
    const asVersion = {
      organizationId: 'org_installation',
      secretId: 'head-signing-key',
      versionId: row.id,
      state: 'stored' as const,
      generation: 1,
      purpose: 'operational' as const,
      bindings: { origins: [], placements: [], services: [] },
      keyId: row.key_id,
      keyVersion: row.key_version,
      sealed: row.sealed,
    }
    await expect(openVersion(asVersion, { ...asVersion, floor: 1 })).rejects.toMatchObject({
      code: 'SECRET_DECRYPTION_FAILED',
    })
    const altered = Buffer.from(row.sealed)
    altered[altered.length - 1] = (altered.at(-1) ?? 0) ^ 1
    await databases.tamper('head_key').update({ sealed: altered })
    await expect(describeHead(asked.chain)).rejects.toMatchObject({ code: 'SECRET_DECRYPTION_FAILED' })
    await databases.tamper('head_key').update({ sealed: row.sealed })
  })

  it('waits for a KMS that is away: an outage, never a verdict', async () => {
    service.away = true
    try {
      const { sign, logged } = replica()
      await expect(sign(headOf(newChain(), linksOf(1)))).rejects.toMatchObject({ code: 'UNAVAILABLE' })
      expect(logged.lines().filter(({ level }) => level === 'error')).toEqual([])
    } finally {
      service.away = false
    }
  })

  it('signs one head where two are asked for at once of a chain that is new', async () => {
    const chain = newChain()
    const asked = [headOf(chain, linksOf(1)), headOf(chain, linksOf(1, 'b'))]
    const settled = await Promise.allSettled(asked.map((head) => replica().sign(head)))
    expect(settled.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })
})
