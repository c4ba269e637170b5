import { createPublicKey, verify } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { untilLockAwaited } from '@protectmyapi/dev-kit/postgres/until-lock-awaited'
import { FIRST_HEAD, headAfter, headStatement } from '@protectmyapi/service-kit/head-chain'
import { newId } from '@protectmyapi/service-kit/ids'
import { memoryKeys } from '../test/memory-keys.js'
import { vaultCore } from '../test/vault-core.js'
import { createVaultDatabases, type VaultDatabases } from '../test/vault-databases.js'
import { describeHead } from './describe-head.js'
import type { AskedHead } from './head-bounds.js'
import { headKeys } from './head-keys.js'
import { rotateHeadKey, tendHeadKey } from './rotate-head-key.js'
import { signAnew } from './sign-anew.js'
import { signHead } from './sign-head.js'

let databases: VaultDatabases
const service = memoryKeys()
beforeAll(async () => {
  databases = await createVaultDatabases()
})
afterAll(() => databases.close())

/** A replica that has nothing in memory. */
function replica() {
  const core = vaultCore(databases, service)
  const { vaultDb, installationId } = databases
  const deps = { vaultDb, installationId, headKeys: headKeys({ vaultDb, keys: core.keys, installationId }) }
  const sign = signHead({ ...deps, clock: core.clock, log: core.logged.log })
  const anew = signAnew({ ...deps, clock: core.clock, log: core.logged.log })
  return { ...core, sign, describeHead: describeHead(deps), signAnew: anew }
}

const newChain = (): string => `access-log/${newId('organization')}`
/** Links whose contents differ by a word. */
const linksOf = (count: number, word = 'a'): Buffer[] =>
  Array.from({ length: count }, (_, index) => Buffer.alloc(32, `${word}${index}`))

/** The head of these links, with the links that follow a count. */
function headOf(chain: string, links: readonly Buffer[], since = 0): AskedHead {
  let head = FIRST_HEAD
  links.forEach((content, index) => {
    head = headAfter({ chain, count: index + 1, previous: head, content })
  })
  return { chain, head, count: links.length, links: links.slice(since) }
}

const conflict = { code: 'CONFLICT' }

describe('a signed head', () => {
  it('verifies under the key that the vault names, and only for its own chain, count, head and time', async () => {
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

  it('is returned unchanged when it is asked for again, as after an answer that was lost', async () => {
    const { sign, clock } = replica()
    const asked = headOf(newChain(), linksOf(2))
    const first = await sign(asked)
    clock.advance(5_000)
    expect(await sign(asked)).toEqual(first)
    expect(await replica().sign({ ...asked, links: [] })).toEqual(first)
  })

  it('is signed when its links extend the last signed head, even if earlier links are sent along', async () => {
    const { sign } = replica()
    const chain = newChain()
    const links = linksOf(9)
    await sign(headOf(chain, links.slice(0, 3)))
    await sign(headOf(chain, links.slice(0, 5), 3))
    await sign(headOf(chain, links, 1))
    expect((await replica().describeHead(chain)).last?.count).toBe(9)
  })
})

describe('the vault refuses to sign', () => {
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

  it('a lower count, without logging an error if the caller had last seen a count below the signed one', async () => {
    const { sign, logged } = replica()
    const chain = newChain()
    await sign(headOf(chain, linksOf(5)))
    const slower = headOf(chain, linksOf(4), 3)
    await expect(sign({ ...slower, seen: 3 })).rejects.toMatchObject(conflict)
    const alarms = () => logged.lines().filter(({ level }) => level === 'error')
    expect(alarms()).toEqual([])
    for (const asked of [
      { ...slower, seen: 5 },
      { ...slower, seen: undefined },
      { ...headOf(chain, linksOf(5, 'b'), 3), seen: 3 },
    ])
      await expect(sign(asked)).rejects.toMatchObject(conflict)
    expect(alarms()).toHaveLength(3)
  })

  it('a head of one chain under the name of another chain', async () => {
    const { sign } = replica()
    const [one, other] = [newChain(), newChain()]
    await sign(headOf(one, linksOf(1)))
    await sign(headOf(other, linksOf(1, 'b')))
    await expect(sign({ ...headOf(other, linksOf(2, 'b'), 1), chain: one })).rejects.toMatchObject(conflict)
  })

  it('a request out of bounds, or whose links do not reach the last head, without logging an error', async () => {
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
  it('is one and the same for all replicas, even if several need the first one at once', async () => {
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

  it('is not stored as a version, and opens neither when altered nor as a version', async () => {
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

  it('answers UNAVAILABLE and logs no error while the KMS is away', async () => {
    service.away = true
    try {
      const { sign, logged } = replica()
      await expect(sign(headOf(newChain(), linksOf(1)))).rejects.toMatchObject({ code: 'UNAVAILABLE' })
      expect(logged.lines().filter(({ level }) => level === 'error')).toEqual([])
    } finally {
      service.away = false
    }
  })

  it('does not extend a head that was written into the vault’s database without the vault’s signature', async () => {
    const { sign, clock } = replica()
    const chain = newChain()
    await sign(headOf(chain, linksOf(2)))
    const forged = headOf(chain, linksOf(2, 'b'))
    await databases.tamper('signed_heads').where({ chain }).update({ head: forged.head, signed_at_ms: clock.wallMs() })
    await expect(sign(headOf(chain, linksOf(3, 'b'), 2))).rejects.toMatchObject(conflict)
    await expect(sign({ ...forged, links: [] })).rejects.toMatchObject(conflict)
  })

  it('signs only one of two different heads that are asked for at once for a new chain', async () => {
    const chain = newChain()
    const asked = [headOf(chain, linksOf(1)), headOf(chain, linksOf(1, 'b'))]
    const settled = await Promise.allSettled(asked.map((head) => replica().sign(head)))
    expect(settled.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })
})

describe('replacing the key that signs heads', () => {
  /** The result of verifying a head by the keys that the vault names. */
  async function verifiedBy({ describeHead }: ReturnType<typeof replica>, chain: string) {
    const { installationId, keys, last } = await describeHead(chain)
    if (!last) throw new Error('never signed')
    const { signature, ...signed } = last
    const statement = headStatement({ installationId, chain, ...signed })
    return keys.find(({ publicKey }) =>
      verify(null, statement, createPublicKey({ key: publicKey, format: 'der', type: 'spki' }), signature),
    )
  }
  const rowsOf = () => databases.tamper('head_key').orderBy('made_at', 'desc')

  it('has a new key sign from then on, while older heads still verify by the old key, whose private half is gone', async () => {
    const at = replica()
    const [before, after] = [newChain(), newChain()]
    await at.sign(headOf(before, linksOf(1)))
    const old = await at.headKeys.current()
    at.clock.advance(1_000)
    const { id, made } = await replica().rotateHeadKey()
    expect({ made, isOther: id !== old.id }).toEqual({ made: true, isOther: true })
    expect(await at.sign(headOf(after, linksOf(1)))).toMatchObject({ keyId: id })
    expect(await verifiedBy(at, before)).toMatchObject({ id: old.id, knownSinceMs: undefined })
    expect(await verifiedBy(at, after)).toMatchObject({ id, untilMs: undefined })
    // A chain continues across the replacement.
    expect(await at.sign(headOf(before, linksOf(3), 1))).toMatchObject({ keyId: id, count: 3 })
    const [, retired] = await rowsOf()
    expect(retired).toMatchObject({ id: old.id, state: 'retired' })
    await databases.tamper('head_key').where({ id }).update({ state: 'retired' })
    await databases.tamper('head_key').where({ id: old.id }).update({ state: 'signs' })
    // What is sealed for it does not pass for a private half.
    await expect(at.headKeys.current()).rejects.toMatchObject({ code: 'SECRET_DECRYPTION_FAILED' })
    await databases.tamper('head_key').where({ id: old.id }).update({ state: 'retired' })
    await databases.tamper('head_key').where({ id }).update({ state: 'signs' })
  })

  it('makes one new key for all who saw the same old one, and one more for each command', async () => {
    const { id: seen } = await replica().headKeys.current()
    const all = await Promise.all([1, 2, 3].map(() => replica().rotateHeadKey({ seen })))
    expect(all.filter(({ made }) => made)).toHaveLength(1)
    expect(new Set(all.map(({ id }) => id)).size).toBe(1)
    expect((await replica().rotateHeadKey()).made).toBe(true)
  })

  it('makes no key if another replica made one between its two looks', async () => {
    const at = replica()
    const { id: seen } = await at.headKeys.current()
    const headKeys = {
      current: at.headKeys.current,
      async verifying() {
        await replica().rotateHeadKey({ seen })
        return at.headKeys.verifying()
      },
    }
    const { vaultDb, installationId } = databases
    const rotate = rotateHeadKey({
      vaultDb,
      installationId,
      keys: at.keys,
      headKeys,
      clock: at.clock,
      log: at.logged.log,
    })
    expect(await rotate({ seen })).toMatchObject({ made: false })
  })

  it('waits for a head that is being signed, and afterwards no head is signed by the replaced key', async () => {
    const at = replica()
    const { id: old } = await at.headKeys.current()
    const chain = newChain()
    await at.sign(headOf(chain, linksOf(1)))
    const { signing, rotating } = await databases.tamper.transaction(async (held) => {
      await held('signed_heads').where({ chain }).forUpdate()
      // The signing call has found its key and waits for the chain; the rotation waits for the signing call.
      const signing = at.sign(headOf(chain, linksOf(2), 1))
      await untilLockAwaited(databases.tamper)
      const rotating = at.rotateHeadKey()
      await untilLockAwaited(databases.tamper, 2)
      at.clock.advance(1_000)
      return { signing, rotating }
    })
    const { keyId, signedAtMs } = await signing
    expect([keyId, signedAtMs]).toEqual([old, at.clock.wallMs()])
    const { id } = await rotating
    const keys = await at.headKeys.verifying()
    expect(keys.find((key) => key.id === old)?.untilMs).toBe(signedAtMs)
    expect(await at.sign(headOf(chain, linksOf(3), 2))).toMatchObject({ keyId: id })
    const late = headKeys({ ...databases, keys: at.keys })
    const slow = { ...late, current: async () => ({ ...(await late.current()), id: old }) }
    const sign = signHead({ ...databases, headKeys: slow, clock: at.clock, log: at.logged.log })
    await expect(sign(headOf(newChain(), linksOf(1)))).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })

  it('notes the time of a leak on each key that signed since then, and on none that was retired before', async () => {
    const at = replica()
    const ids = [(await at.headKeys.current()).id]
    for (let key = 0; key < 2; key += 1) {
      at.clock.advance(10_000)
      ids.push((await at.rotateHeadKey()).id)
    }
    const [before, during, signing] = ids
    const sinceMs = at.clock.wallMs() - 5_000
    at.clock.advance(5_000)
    const { known } = await at.rotateHeadKey({ knownSinceMs: sinceMs })
    expect([...known].sort()).toEqual([during, signing].sort())
    const since = async () =>
      new Map((await replica().headKeys.verifying()).map(({ id, knownSinceMs }) => [id, knownSinceMs]))
    expect([before, during, signing].map((id) => id)).toEqual(ids)
    const told = await since()
    expect(ids.map((id) => told.get(id))).toEqual([undefined, sinceMs, sinceMs])
    // The leak turns out to be earlier. Reporting a later time takes nothing back.
    await at.rotateHeadKey({ knownSinceMs: sinceMs - 1_000 })
    await at.rotateHeadKey({ knownSinceMs: sinceMs })
    const later = await since()
    expect(ids.map((id) => later.get(id))).toEqual([undefined, sinceMs - 1_000, sinceMs - 1_000])
    await expect(at.rotateHeadKey({ knownSinceMs: at.clock.wallMs() + 1 })).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
    })
  })

  it('after a leak signs anew the last head of a chain that the leaked key signed, and the chain continues from it', async () => {
    const at = replica()
    const [idle, other] = [newChain(), newChain()]
    const asked = headOf(idle, linksOf(2))
    await at.sign(asked)
    const { id } = await at.rotateHeadKey({ knownSinceMs: at.clock.wallMs() })
    const untouched = await at.sign(headOf(other, linksOf(1)))
    await Promise.all([at.signAnew(), replica().signAnew()])
    const { last } = await at.describeHead(idle)
    expect(last).toMatchObject({ count: 2, head: asked.head, keyId: id })
    expect(await verifiedBy(at, idle)).toMatchObject({ id, knownSinceMs: undefined })
    expect((await at.describeHead(other)).last).toEqual(untouched)
    expect(await at.sign(headOf(idle, linksOf(3), 2))).toMatchObject({ count: 3, keyId: id })
  })

  it('signs a head anew only once its replaced key is reported as leaked', async () => {
    const at = replica()
    const chain = newChain()
    const signed = await at.sign(headOf(chain, linksOf(1)))
    await at.rotateHeadKey()
    await at.signAnew()
    expect((await at.describeHead(chain)).last).toEqual(signed)
    const { id } = await at.rotateHeadKey({ knownSinceMs: signed.signedAtMs })
    await at.signAnew()
    expect((await at.describeHead(chain)).last).toMatchObject({ keyId: id })
  })

  it('does not sign an altered head anew, logs that, and still signs the chains listed after it', async () => {
    const at = replica()
    const [altered, sound] = [newChain(), newChain()].sort()
    if (!altered || !sound) throw new Error('two chains')
    for (const chain of [altered, sound]) await at.sign(headOf(chain, linksOf(2)))
    const forged = { head: headOf(altered, linksOf(2, 'b')).head }
    await databases.tamper('signed_heads').where({ chain: altered }).update(forged)
    const { id } = await at.rotateHeadKey({ knownSinceMs: at.clock.wallMs() })
    await at.signAnew()
    expect((await at.describeHead(sound)).last).toMatchObject({ keyId: id })
    const { last } = await at.describeHead(altered)
    expect(last).toMatchObject(forged)
    expect(last?.keyId).not.toBe(id)
    expect(at.logged.lines()).toContainEqual(
      expect.objectContaining({ chain: altered, msg: 'a head was not signed again: its row was altered' }),
    )
  })

  it('happens once the key is older than 90 days, and not before', async () => {
    const at = replica()
    const { id } = await at.headKeys.current()
    const tend = tendHeadKey({ ...databases, ...at, log: at.logged.log, daysMax: 90 })
    const since = (days: number) =>
      databases
        .tamper('head_key')
        .where({ state: 'signs' })
        .update({ made_at: databases.tamper.raw('now() - make_interval(days => ?)', [days]) })
    await since(89)
    await tend()
    expect((await at.headKeys.current()).id).toBe(id)
    await since(91)
    await Promise.all([tend(), tend()])
    const next = await at.headKeys.current()
    expect(next.id).not.toBe(id)
    await tend()
    expect((await at.headKeys.current()).id).toBe(next.id)
  })

  it('keeps all public halves when they are sealed anew under a new data key, and refuses bytes sealed before', async () => {
    const at = replica()
    await at.rotateHeadKey()
    const [, retired] = await rowsOf()
    const before = await at.headKeys.verifying()
    await at.rotate({ organizationId: 'org_installation' })
    const { floor, version } = await at.reencrypt({ organizationId: 'org_installation', known: false })
    expect(floor).toBe(version)
    expect(await replica().headKeys.verifying()).toEqual(before)
    await databases.tamper('head_key').where({ id: retired.id }).update({ sealed: retired.sealed })
    await expect(replica().headKeys.verifying()).rejects.toMatchObject({ code: 'SECRET_DECRYPTION_FAILED' })
  })
})
