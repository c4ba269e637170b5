import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { GrantClaims } from '@protectmyapi/service-kit/grant'
import { INSTALLATION_ORGANIZATION, newId } from '@protectmyapi/service-kit/ids'
import { SecretBytes } from '@protectmyapi/service-kit/secret-text'
import { claimsAt, type GrantSigner, grantSigner, PROXY } from '../test/grant-signer.js'
import { aPut, NO_BINDINGS, nextPut, ORIGIN, type VaultCore, vaultCore } from '../test/vault-core.js'
import { createVaultDatabases, type VaultDatabases } from '../test/vault-databases.js'
import type { Put } from '../versions/put-secret.js'
import type { VersionRef } from '../versions/version-row.js'
import type { LeaseOutcome } from './lease-secrets.js'

let databases: VaultDatabases
let vault: VaultCore
let signer: GrantSigner
beforeAll(async () => {
  databases = await createVaultDatabases()
  vault = vaultCore(databases)
  signer = (await pinnedSigner()).signer
})
afterAll(() => databases.close())

const MINUTE = 60_000
const MANAGEMENT = { spiffeId: 'spiffe://protectmyapi.local/ns/protectmyapi/sa/management', thumbprint: 'x' }

/** A signing key, put as management puts it; the vault pins its public half. */
async function pinnedSigner(): Promise<{ signer: GrantSigner; put: Put }> {
  const versionId = newId('version')
  const made = grantSigner(versionId)
  const put = aPut({
    organizationId: INSTALLATION_ORGANIZATION,
    versionId,
    purpose: 'grant-signing',
    bindings: NO_BINDINGS,
    value: made.pkcs8,
  })
  await vault.put(put)
  return { signer: made, put }
}

const grantFor = (puts: readonly Put[], given: Partial<GrantClaims> = {}, by = signer, at = vault): Promise<string> =>
  by.sign(
    claimsAt(at.clock.wallMs(), {
      org: puts[0]?.organizationId ?? '',
      sec: puts.map(({ secretId, versionId, generation }) => ({ id: secretId, ver: versionId, gen: generation })),
      ...given,
    }),
  )

async function leaseOf(put: Put, given: Partial<GrantClaims> = {}, at = vault): Promise<LeaseOutcome | undefined> {
  const [outcome] = await at.lease({
    grant: await grantFor([put], given, signer, at),
    versionIds: [put.versionId],
    peer: PROXY,
  })
  return outcome
}

async function stored(given: Parameters<typeof aPut>[0] = {}): Promise<Put> {
  const put = aPut(given)
  await vault.put(put)
  return put
}

const textOf = (outcome: LeaseOutcome | undefined): string | undefined =>
  outcome && 'lease' in outcome ? outcome.lease.value.reveal().toString() : undefined
const auditOf = ({ secretId }: VersionRef) => databases.vaultDb('lease_audit').where({ secret_id: secretId })
const rowOf = ({ versionId }: VersionRef) => databases.tamper('versions').where({ version_id: versionId })
const broken = { fault: 'SECRET_DECRYPTION_FAILED' }
const absent = { fault: 'SECRET_NOT_FOUND' }

describe('a lease', () => {
  it('lends exactly the version that the grant names, and leaves a row that says to whom and for what', async () => {
    const first = await stored({ value: 'sk-first' })
    await vault.put(nextPut(first, 'sk-second'))
    expect(textOf(await leaseOf(first))).toBe('sk-first')
    expect(await auditOf(first)).toEqual([
      {
        lease_id: expect.stringMatching(/^lse_/),
        organization_id: first.organizationId,
        secret_id: first.secretId,
        version_id: first.versionId,
        generation: '1',
        caller: PROXY.spiffeId,
        app_id: 'app_a',
        service_id: 'svc_a',
        leased_at: expect.any(Date),
      },
    ])
  })

  it('carries the bindings that were sealed with the value, and the generation of the grant (LABEL)', async () => {
    const put = await stored()
    expect(await leaseOf(put)).toMatchObject({
      lease: { bindings: put.bindings, generation: 1, secretId: put.secretId },
    })
  })

  it('lives 5 minutes at most, and never longer than its grant (CAP)', async () => {
    const put = await stored()
    const nowMs = vault.clock.wallMs()
    const iat = nowMs / 1_000
    expect(await leaseOf(put)).toMatchObject({
      lease: { life: { notAfterMs: nowMs + 5 * MINUTE, lifeMs: 5 * MINUTE } },
    })
    expect(await leaseOf(put, { iat, exp: iat + 7.5 })).toMatchObject({
      lease: { life: { notAfterMs: nowMs + 7_500, lifeMs: 7_500 } },
    })
    const ahead = (nowMs + 4_000) / 1_000
    expect(await leaseOf(put, { iat: ahead, exp: ahead + 300 })).toMatchObject({
      lease: { life: { lifeMs: 5 * MINUTE } },
    })
  })

  it('counts its life from before the read it rests on (READTIME)', async () => {
    const slow = vaultCore(databases, vault.service)
    const put = await stored()
    const nowMs = slow.clock.wallMs()
    const grant = await grantFor([put], {}, signer, slow)
    // The read takes a minute: the row is locked meanwhile, so that nothing but time passes.
    const blocker = await databases.tamper.transaction()
    await blocker.raw('LOCK TABLE versions IN ACCESS EXCLUSIVE MODE')
    const leasing = slow.lease({ grant, versionIds: [put.versionId], peer: PROXY })
    await waitUntilBlocked()
    slow.clock.advance(MINUTE)
    await blocker.rollback()
    expect(await leasing).toMatchObject([{ lease: { life: { notAfterMs: nowMs + 5 * MINUTE } } }])
  })

  it('gives each secret its own outcome: one that is not there does not spoil the others', async () => {
    const here = await stored({ organizationId: 'org_mixed', value: 'sk-here' })
    const gone = await stored({ organizationId: 'org_mixed' })
    await vault.destroy(gone.organizationId, gone.secretId, [gone.versionId])
    const closed = aPut({ organizationId: 'org_mixed' })
    await vault.settle(closed)
    const foreign = await stored()
    const grant = await grantFor([here, gone, closed, foreign])
    const unnamed = newId('version')
    const versionIds = [gone.versionId, here.versionId, closed.versionId, foreign.versionId, unnamed]
    const outcomes = await vault.lease({ grant, versionIds, peer: PROXY })
    expect(outcomes.map(({ versionId }) => versionId)).toEqual(versionIds)
    expect(outcomes.map((outcome) => ('fault' in outcome ? outcome.fault : textOf(outcome)))).toEqual([
      'SECRET_NOT_FOUND',
      'sk-here',
      'SECRET_NOT_FOUND',
      'SECRET_NOT_FOUND',
      'SECRET_NOT_FOUND',
    ])
  })

  it('lends nothing that the grant does not name, although it is stored', async () => {
    const [named, other] = [
      await stored({ organizationId: 'org_named' }),
      await stored({ organizationId: 'org_named' }),
    ]
    const outcomes = await vault.lease({ grant: await grantFor([named]), versionIds: [other.versionId], peer: PROXY })
    expect(outcomes).toMatchObject([absent])
    expect(await auditOf(other)).toEqual([])
  })

  it('lends nothing to a service that sends to none of the bound origins', async () => {
    const put = await stored()
    expect(await leaseOf(put, { ori: [`${ORIGIN}:8443`, 'http://api.example.com'] })).toMatchObject({
      fault: 'DESTINATION_NOT_ALLOWED',
    })
    expect(textOf(await leaseOf(put, { ori: ['https://other.example.com', ORIGIN] }))).toBe('sk-value')
  })

  it('lends no operational secret, whatever a grant says', async () => {
    const put = await stored({ purpose: 'operational', bindings: NO_BINDINGS })
    expect(await leaseOf(put)).toMatchObject(broken)
  })

  it.each([[[]], [Array.from({ length: 33 }, (_, index) => `ver_${index}`)], [['ver a']]])(
    'is refused for version ids out of bounds (%#)',
    async (versionIds) => {
      const put = await stored()
      await expect(vault.lease({ grant: await grantFor([put]), versionIds, peer: PROXY })).rejects.toMatchObject({
        code: 'INVALID_REQUEST',
      })
    },
  )

  it('is an outage while the key service is away, not a fault of the secret', async () => {
    const put = await stored()
    const cold = vaultCore(databases, vault.service)
    vault.service.away = true
    try {
      await expect(leaseOf(put, {}, cold)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    } finally {
      vault.service.away = false
    }
    expect(textOf(await leaseOf(put, {}, cold))).toBe('sk-value')
  })

  it('asks the key service once for an organisation, however much is leased', async () => {
    const puts = await Promise.all(Array.from({ length: 5 }, () => stored({ organizationId: 'org_counted' })))
    const cold = vaultCore(databases, vault.service)
    const grant = await grantFor(puts, {}, signer, cold)
    await Promise.all(
      Array.from({ length: 20 }, () =>
        cold.lease({ grant, versionIds: puts.map(({ versionId }) => versionId), peer: PROXY }),
      ),
    )
    expect(cold.kms.calls()).toEqual({ generate: 0, unwrap: 1 })
  })

  it('shares a transaction with the leases asked for at the same time', async () => {
    const put = await stored()
    const grant = await grantFor([put])
    await Promise.all(
      Array.from({ length: 30 }, () => vault.lease({ grant, versionIds: [put.versionId], peer: PROXY })),
    )
    const { rows } = await databases.tamper.raw('SELECT DISTINCT xmin::text FROM lease_audit WHERE secret_id = ?', [
      put.secretId,
    ])
    expect(rows).toHaveLength(1)
    expect(await auditOf(put)).toHaveLength(30)
  })

  it('shares it with refused ones, and is not refused with them', async () => {
    const put = await stored()
    const good = { grant: await grantFor([put]), versionIds: [put.versionId], peer: PROXY }
    const outcomes = await Promise.allSettled([
      vault.lease(good),
      vault.lease({ ...good, grant: '' }),
      vault.lease({ ...good, peer: MANAGEMENT }),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected'])
  })

  it('leaves a row or lends nothing: where the row cannot be written, the lease fails', async () => {
    const put = await stored()
    await databases.tamper.raw('ALTER TABLE lease_audit ADD CONSTRAINT refuse_all CHECK (false) NOT VALID')
    try {
      await expect(leaseOf(put)).rejects.toThrow()
    } finally {
      await databases.tamper.raw('ALTER TABLE lease_audit DROP CONSTRAINT refuse_all')
    }
  })
})

describe('a stored version that was altered', () => {
  it.each<[string, (put: Put) => Promise<unknown>]>([
    ['one bit of the sealed bytes', (put) => alterSealed(put, (sealed) => flip(sealed, sealed.length - 20))],
    ['one bit of the name of its key', (put) => alterSealed(put, (sealed) => flip(sealed, 12))],
    [
      'its bindings',
      (put) =>
        rowOf(put).update({
          bindings: JSON.stringify({ ...put.bindings, origins: ['https://evil.example.com', ORIGIN] }),
        }),
    ],
    ['its bindings, beyond reading', (put) => rowOf(put).update({ bindings: JSON.stringify({ origins: 1 }) })],
    ['its generation', (put) => rowOf(put).update({ generation: 9 })],
    ['its purpose', (put) => rowOf(put).update({ purpose: 'operational' })],
    ['the version of its key', (put) => rowOf(put).update({ key_version: 2 })],
  ])('cannot be opened after a change of %s; the log names the secret, the value stays', async (_what, alter) => {
    const put = await stored({ value: 'sk-canary-0815' })
    await alter(put)
    const fresh = vaultCore(databases, vault.service)
    expect(await leaseOf(put, {}, fresh)).toEqual({ versionId: put.versionId, ...broken })
    const errors = fresh.logged.lines().filter(({ level }) => level === 'error')
    expect(errors).toMatchObject([{ secretId: put.secretId, versionId: put.versionId }])
    expect(fresh.logged.text()).not.toContain('canary')
  })

  it('cannot be opened with the bytes of an older version, nor as the whole of an older row', async () => {
    const old = await stored({ value: 'sk-old' })
    const current = nextPut(old, 'sk-new')
    await vault.put(current)
    const { sealed, bindings, purpose } = await rowOf(old).first()
    await rowOf(current).update({ sealed })
    expect(await leaseOf(current)).toMatchObject(broken)
    await rowOf(old).delete()
    await rowOf(current).update({ sealed, bindings: JSON.stringify(bindings), purpose, generation: 1 })
    expect(await leaseOf(current)).toMatchObject(broken)
  })

  it('cannot be opened as the version of another secret or organisation', async () => {
    const [one, other] = [await stored({ organizationId: 'org_swap' }), await stored({ organizationId: 'org_swap' })]
    const elsewhere = await stored()
    const { sealed } = await rowOf(one).first()
    for (const target of [other, elsewhere]) {
      await rowOf(target).update({ sealed })
      expect(await leaseOf(target)).toMatchObject(broken)
    }
  })
})

describe('the key that signs grants', () => {
  it('verifies from its put on, by the public half that the vault derived', async () => {
    const { put, signer: pinned } = await pinnedSigner()
    expect(await databases.vaultDb('pinned_grant_keys').where({ version_id: put.versionId }).first()).toMatchObject({
      public_key: pinned.spki,
    })
  })

  it('verifies nothing from the commit of its destruction on, in replicas that have used it too', async () => {
    const { put, signer: doomed } = await pinnedSigner()
    const secret = await stored()
    const other = vaultCore(databases, vault.service)
    const request = { grant: await grantFor([secret], {}, doomed), versionIds: [secret.versionId], peer: PROXY }
    await expect(other.lease(request)).resolves.toMatchObject([{ lease: {} }])
    await vault.destroy(put.organizationId, put.secretId, [put.versionId])
    await expect(other.lease(request)).rejects.toMatchObject({ code: 'INVALID_GRANT' })
  })

  it('is unknown unless it was put: an unpinned key verifies nothing', async () => {
    const secret = await stored()
    const grant = await grantFor([secret], {}, grantSigner(newId('version')))
    await expect(vault.lease({ grant, versionIds: [secret.versionId], peer: PROXY })).rejects.toMatchObject({
      code: 'INVALID_GRANT',
    })
  })

  it('cannot take the kid of another', async () => {
    const { put } = await pinnedSigner()
    const usurper = { ...put, secretId: newId('secret'), value: new SecretBytes(grantSigner('x').pkcs8) }
    await expect(vault.put(usurper)).rejects.toMatchObject({ code: 'CONFLICT' })
    expect(await databases.tamper('versions').where({ secret_id: usurper.secretId })).toEqual([])
  })

  it('cannot be put for a tenant, nor as something that is no Ed25519 key', async () => {
    const { pkcs8 } = grantSigner('x')
    await expect(
      vault.put(aPut({ purpose: 'grant-signing', bindings: NO_BINDINGS, value: pkcs8 })),
    ).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
    const noKey = aPut({
      organizationId: INSTALLATION_ORGANIZATION,
      purpose: 'grant-signing',
      bindings: NO_BINDINGS,
      value: 'no key',
    })
    await expect(vault.put(noKey)).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
  })
})

describe('an operational lease', () => {
  it('lends operational secrets and signing keys, with a row for each', async () => {
    const operational = await stored({ purpose: 'operational', bindings: NO_BINDINGS, value: 'whsec' })
    const { put, signer: pinned } = await pinnedSigner()
    const lease = await vault.leaseOperational(operational, MANAGEMENT)
    expect(lease.value.reveal().toString()).toBe('whsec')
    expect(lease.life.lifeMs).toBe(5 * MINUTE)
    expect((await vault.leaseOperational(put, MANAGEMENT)).value.reveal()).toEqual(pinned.pkcs8)
    expect(await auditOf(operational)).toMatchObject([{ caller: MANAGEMENT.spiffeId, app_id: null, service_id: null }])
  })

  it('never lends what can be injected, not even after its row says otherwise', async () => {
    const put = await stored()
    await expect(vault.leaseOperational(put, MANAGEMENT)).rejects.toMatchObject({ code: 'SECRET_NOT_FOUND' })
    await rowOf(put).update({ purpose: 'operational' })
    await expect(vault.leaseOperational(put, MANAGEMENT)).rejects.toMatchObject({ code: 'SECRET_DECRYPTION_FAILED' })
  })

  it('finds nothing that is absent, destroyed or of another organisation', async () => {
    const put = await stored({ purpose: 'operational', bindings: NO_BINDINGS })
    await expect(
      vault.leaseOperational({ ...put, organizationId: newId('organization') }, MANAGEMENT),
    ).rejects.toMatchObject({ code: 'SECRET_NOT_FOUND' })
    await vault.destroy(put.organizationId, put.secretId, [put.versionId])
    await expect(vault.leaseOperational(put, MANAGEMENT)).rejects.toMatchObject({ code: 'SECRET_NOT_FOUND' })
  })
})

describe('a shredded organisation', () => {
  it('lends nothing any more, by a replica that still holds its key either', async () => {
    const put = await stored()
    const other = vaultCore(databases, vault.service)
    expect(textOf(await leaseOf(put, {}, other))).toBe('sk-value')
    const { sealed } = await rowOf(put).first()
    await vault.shred(put.organizationId)
    expect(await leaseOf(put, {}, other)).toMatchObject(absent)
    // Restored from a backup of `vault`: the wrapped bytes are gone, so a replica that starts now cannot open it.
    await rowOf(put).update({ state: 'stored', sealed })
    await databases.tamper('data_keys').where({ organization_id: put.organizationId }).update({ state: 'active' })
    expect(await leaseOf(put, {}, vaultCore(databases, vault.service))).toMatchObject(broken)
    expect(await leaseOf(put)).toMatchObject(broken)
  })
})

async function alterSealed(put: Put, alter: (sealed: Buffer) => Buffer): Promise<unknown> {
  const { sealed } = await rowOf(put).first()
  return rowOf(put).update({ sealed: alter(sealed) })
}

function flip(bytes: Buffer, at: number): Buffer {
  bytes[at] = (bytes[at] ?? 0) ^ 1
  return bytes
}

async function waitUntilBlocked(): Promise<void> {
  for (let count = 0; count < 500; count += 1) {
    const { rows } = await databases.tamperKeys.raw(
      "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = ?",
      [databases.vaultTarget.database],
    )
    if (rows.length > 0) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error('nothing waits for the lock')
}
