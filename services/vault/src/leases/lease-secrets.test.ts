import { afterAll, describe, expect, it } from '@jest/globals'
import { untilLockAwaited } from '@protectmyapi/dev-kit/postgres/until-lock-awaited'
import { newId } from '@protectmyapi/service-kit/ids'
import { grantSigner, PROXY } from '../test/grant-signer.js'
import { leaseHarness, MANAGEMENT, textOf } from '../test/lease-harness.js'
import { aPut, NO_BINDINGS, nextPut, ORIGIN, vaultCore } from '../test/vault-core.js'

const { databases, vault, grantFor, leaseOf, stored, auditOf, signer } = await leaseHarness()
afterAll(() => databases.close())

const MINUTE = 60_000
const broken = { fault: 'SECRET_DECRYPTION_FAILED' }
const absent = { fault: 'SECRET_NOT_FOUND' }

describe('a lease', () => {
  it('lends exactly the version that the grant names, and leaves an audit row with caller, app and service', async () => {
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

  it('counts its life from before the database read it rests on (READTIME)', async () => {
    const slow = vaultCore(databases, vault.service)
    const put = await stored()
    const nowMs = slow.clock.wallMs()
    // Issued by a clock that is 4 s ahead, so that the grant is not what bounds the lease.
    const iat = (nowMs + 4_000) / 1_000
    const grant = await grantFor([put], { iat, exp: iat + 300 }, signer, slow)
    // The read takes 2 s: the table is locked meanwhile, so that only time passes.
    const blocker = await databases.tamper.transaction()
    await blocker.raw('LOCK TABLE versions IN ACCESS EXCLUSIVE MODE')
    const leasing = slow.lease({ grant, versionIds: [put.versionId], peer: PROXY })
    await untilLockAwaited(databases.tamper)
    slow.clock.advance(2_000)
    await blocker.rollback()
    expect(await leasing).toMatchObject([{ lease: { life: { notAfterMs: nowMs + 5 * MINUTE } } }])
  })

  it('gives each version its own outcome, so that missing ones do not spoil the others', async () => {
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

  it('lends no version that the grant does not name, even if it is stored', async () => {
    const [named, other] = [
      await stored({ organizationId: 'org_named' }),
      await stored({ organizationId: 'org_named' }),
    ]
    const outcomes = await vault.lease({ grant: await grantFor([named]), versionIds: [other.versionId], peer: PROXY })
    expect(outcomes).toMatchObject([absent])
    expect(await auditOf(other)).toEqual([])
  })

  it('is refused for a service that sends to none of the origins bound to the secret', async () => {
    const put = await stored()
    expect(await leaseOf(put, { ori: [`${ORIGIN}:8443`, 'http://api.example.com'] })).toMatchObject({
      fault: 'DESTINATION_NOT_ALLOWED',
    })
    expect(textOf(await leaseOf(put, { ori: ['https://other.example.com', ORIGIN] }))).toBe('sk-value')
  })

  it('is refused for an operational secret, even if the grant names it', async () => {
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

  it('fails with UNAVAILABLE while the key service is away, not with a fault of the secret', async () => {
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

  it('asks the key service only once per organization, and once for the key that signs grants', async () => {
    const puts = await Promise.all(Array.from({ length: 5 }, () => stored({ organizationId: 'org_counted' })))
    const cold = vaultCore(databases, vault.service)
    const grant = await grantFor(puts, {}, signer, cold)
    await Promise.all(
      Array.from({ length: 20 }, () =>
        cold.lease({ grant, versionIds: puts.map(({ versionId }) => versionId), peer: PROXY }),
      ),
    )
    expect(cold.kms.calls()).toEqual({ generate: 0, unwrap: 2, rewrap: 0 })
  })

  it('shares one transaction with the leases asked for at the same time', async () => {
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

  it('is given even if leases asked for at the same time are refused', async () => {
    const put = await stored()
    const good = { grant: await grantFor([put]), versionIds: [put.versionId], peer: PROXY }
    const outcomes = await Promise.allSettled([
      vault.lease(good),
      vault.lease({ ...good, grant: '' }),
      vault.lease({ ...good, peer: MANAGEMENT }),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected'])
  })

  it('is refused after a single query, for the pinned key, if nobody has pinned the key of its grant', async () => {
    const put = await stored()
    const grant = await grantFor([put], {}, grantSigner('ver_of_nobody'))
    const statements: string[] = []
    const note = ({ sql }: { sql: string }): void => void statements.push(sql)
    databases.vaultDb.on('query', note)
    try {
      await expect(vault.lease({ grant, versionIds: [put.versionId], peer: PROXY })).rejects.toMatchObject({
        code: 'INVALID_GRANT',
      })
    } finally {
      databases.vaultDb.off('query', note)
    }
    expect(statements).toEqual([expect.stringContaining('pinned_grant_keys')])
  })

  it('fails if its audit row cannot be written', async () => {
    const put = await stored()
    await databases.tamper.raw('ALTER TABLE lease_audit ADD CONSTRAINT refuse_all CHECK (false) NOT VALID')
    try {
      await expect(leaseOf(put)).rejects.toThrow()
    } finally {
      await databases.tamper.raw('ALTER TABLE lease_audit DROP CONSTRAINT refuse_all')
    }
  })
})
