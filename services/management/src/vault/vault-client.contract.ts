import { createPublicKey, verify } from 'node:crypto'
import { expect, it } from '@jest/globals'
import { SecretBytes } from '@protectmyapi/service-kit/crypto/secret-text'
import { FIRST_HEAD, HEAD_BYTES, headAfter, headStatement } from '@protectmyapi/service-kit/head-chain'
import { newId } from '@protectmyapi/service-kit/ids'
import type { HeadToSign } from './head-witness.js'
import type { NewVersion, VaultClient } from './vault-client.js'

/** What management relies on in any vault. The vault in memory passes it, and so does the real service. */
export function vaultContract(name: string, make: () => VaultClient): void {
  const first = (): NewVersion => ({
    organizationId: newId('organization'),
    secretId: newId('secret'),
    versionId: newId('version'),
    generation: 1,
    purpose: 'INJECTION',
    value: new SecretBytes(Buffer.from('sk-one')),
    bindings: {
      origins: ['https://api.example.com'],
      placements: [{ kind: 'header', name: 'authorization' }],
      services: [],
    },
  })
  const next = (version: NewVersion): NewVersion => ({
    ...version,
    versionId: newId('version'),
    generation: version.generation + 1,
    value: new SecretBytes(Buffer.from('sk-two')),
  })

  it(`${name}: a put is idempotent on its version id, and other contents under that id are CONFLICT`, async () => {
    const vault = make()
    const version = first()
    await vault.putSecret(version)
    await vault.putSecret(version)
    await expect(
      vault.putSecret({ ...version, value: new SecretBytes(Buffer.from('sk-other')) }),
    ).rejects.toMatchObject({ code: 'CONFLICT' })
    const elsewhere = { ...version.bindings, origins: ['https://evil.example.com'] }
    await expect(vault.putSecret({ ...version, bindings: elsewhere })).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  it(`${name}: a put must have the generation after the last one, else it is CONFLICT`, async () => {
    const vault = make()
    const version = first()
    await vault.putSecret(version)
    await expect(vault.putSecret({ ...next(version), generation: 3 })).rejects.toMatchObject({ code: 'CONFLICT' })
    await vault.putSecret(next(version))
    await expect(vault.putSecret(next(version))).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  it(`${name}: a put with sameBindings is CONFLICT unless it has the bindings of the generation before`, async () => {
    const vault = make()
    const version = first()
    await vault.putSecret(version)
    const elsewhere = { ...version.bindings, origins: ['https://evil.example.com'] }
    const second = { ...next(version), sameBindings: true }
    await expect(vault.putSecret({ ...second, bindings: elsewhere })).rejects.toMatchObject({ code: 'CONFLICT' })
    await vault.putSecret(second)
    await vault.destroyVersions(version.organizationId, version.secretId, [version.versionId])
    await vault.putSecret(second)
    await expect(vault.putSecret({ ...first(), sameBindings: true })).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  it(`${name}: a put with sameBindings is CONFLICT under another name, unless no name was sealed before`, async () => {
    const vault = make()
    const nameless = { ...first().bindings, services: ['spiffe://protectmyapi.local/ns/apps/sa/worker'] }
    const version = { ...first(), bindings: nameless }
    await vault.putSecret(version)
    const named = { ...next(version), bindings: { ...nameless, name: 'A_KEY' }, sameBindings: true }
    await vault.putSecret(named)
    for (const bindings of [{ ...nameless, name: 'B_KEY' }, nameless]) {
      await expect(vault.putSecret({ ...next(named), bindings })).rejects.toMatchObject({ code: 'CONFLICT' })
    }
    await vault.putSecret(next(named))
  })

  it(`${name}: TOMB: a version settled before its put stays closed, and another may take its generation`, async () => {
    const vault = make()
    const version = first()
    await vault.putSecret(version)
    const late = next(version)
    expect(await vault.settleVersion(late)).toBe('CLOSED')
    await expect(vault.putSecret(late)).rejects.toMatchObject({ code: 'CONFLICT' })
    expect(await vault.settleVersion(late)).toBe('CLOSED')
    await vault.putSecret(next(version))
    expect(await vault.settleVersion(version)).toBe('STORED')
  })

  it(`${name}: a lease for management is given of operational secrets, and never of injectable ones`, async () => {
    const vault = make()
    const injectable = first()
    await vault.putSecret(injectable)
    await expect(vault.leaseOperational(injectable)).rejects.toMatchObject({ code: 'SECRET_NOT_FOUND' })
    const operational: NewVersion = {
      ...first(),
      purpose: 'OPERATIONAL',
      bindings: { origins: [], placements: [], services: [] },
    }
    await vault.putSecret(operational)
    const { value, lifeMs } = await vault.leaseOperational(operational)
    expect(value.reveal().toString()).toBe('sk-one')
    expect(lifeMs).toBeGreaterThan(0)
    await vault.destroyVersions(operational.organizationId, operational.secretId, [operational.versionId])
    await expect(vault.leaseOperational(operational)).rejects.toMatchObject({ code: 'SECRET_NOT_FOUND' })
  })

  it(`${name}: destroying versions and shredding an organization succeed when they are repeated`, async () => {
    const vault = make()
    const version = first()
    await vault.putSecret(version)
    for (let times = 0; times < 2; times++) {
      await vault.destroyVersions(version.organizationId, version.secretId, [version.versionId])
      await vault.shredOrganization(version.organizationId)
    }
  })

  it(`${name}: a signed head verifies under the key that it names, and is remembered`, async () => {
    const vault = make()
    const asked = chainOf(2)
    const signed = await vault.signHead(asked)
    expect(await vault.signHead(asked)).toEqual(signed)
    const { installationId, keys, last } = await vault.describeHead(asked.chain)
    expect(last).toEqual(signed)
    expect(signed).toMatchObject({ count: 2, head: asked.head })
    const der = keys.find(({ keyId }) => keyId === signed.keyId)?.publicKey ?? Buffer.alloc(0)
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' })
    const statement = headStatement({ ...signed, installationId, chain: asked.chain })
    expect(verify(null, statement, key, signed.signature)).toBe(true)
    expect((await vault.describeHead(chainOf(1).chain)).last).toBeUndefined()
  })

  it(`${name}: the list of chains names every signed chain once, page after page`, async () => {
    const vault = make()
    const chains = [await signed(vault, 1), await signed(vault, 2)].map(({ chain }) => chain)
    const named: string[] = []
    for (let after = ''; ; ) {
      const page = await vault.listChains(after)
      named.push(...page)
      const last = page.at(-1)
      if (last === undefined) break
      after = last
    }
    expect(new Set(named).size).toBe(named.length)
    expect(named).toEqual(expect.arrayContaining(chains))
    expect(named).not.toContain(chainOf(1).chain)
  })

  it(`${name}: a malformed id is refused with INVALID_REQUEST, also among good ones, and nothing is done`, async () => {
    const vault = make()
    const version = first()
    await vault.putSecret(version)
    const { organizationId, secretId, versionId } = version
    for (const id of ['!', 'a b', '']) {
      const refused = { code: 'INVALID_REQUEST' }
      await expect(vault.settleVersion({ organizationId, secretId, versionId: id })).rejects.toMatchObject(refused)
      await expect(vault.destroyVersions(organizationId, secretId, [versionId, id])).rejects.toMatchObject(refused)
      await expect(vault.shredOrganization(id)).rejects.toMatchObject(refused)
    }
    expect(await vault.settleVersion(version)).toBe('STORED')
  })

  it(`${name}: a head that does not extend the last one is CONFLICT, without its links INVALID_REQUEST`, async () => {
    const vault = make()
    const { chain } = await signed(vault, 3)
    for (const words of ['aa', 'aab', 'bbbbb'])
      await expect(vault.signHead(headOf(chain, words))).rejects.toMatchObject({ code: 'CONFLICT' })
    const longer = headOf(chain, 'aaaaa')
    await expect(vault.signHead({ ...longer, links: longer.links.slice(-1) })).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
    })
    await vault.signHead(longer)
  })
}

/** Each letter makes one link. */
function headOf(chain: string, words: string): HeadToSign {
  const links = [...words].map((word) => Buffer.alloc(HEAD_BYTES, word))
  let head = FIRST_HEAD
  links.forEach((content, index) => {
    head = headAfter({ chain, count: index + 1, previous: head, content })
  })
  return { chain, head, count: links.length, links, seen: 0 }
}

const chainOf = (count: number): HeadToSign => headOf(`audit/${newId('organization')}`, 'a'.repeat(count))

async function signed(vault: VaultClient, count: number): Promise<HeadToSign> {
  const asked = chainOf(count)
  await vault.signHead(asked)
  return asked
}
