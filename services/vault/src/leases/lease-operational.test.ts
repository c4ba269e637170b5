import { afterAll, describe, expect, it } from '@jest/globals'
import { newId } from '@protectmyapi/service-kit/ids'
import { leaseHarness, MANAGEMENT } from '../test/lease-harness.js'
import { NO_BINDINGS } from '../test/vault-core.js'

const { databases, vault, pinnedSigner, stored, auditOf, rowOf } = await leaseHarness()
afterAll(() => databases.close())

const MINUTE = 60_000

describe('an operational lease', () => {
  it('lends operational secrets and keys that sign grants, and leaves an audit row', async () => {
    const operational = await stored({ purpose: 'operational', bindings: NO_BINDINGS, value: 'whsec' })
    const { put, signer: pinned } = await pinnedSigner()
    const lease = await vault.leaseOperational(operational, MANAGEMENT)
    expect(lease.value.reveal().toString()).toBe('whsec')
    expect(lease.life.lifeMs).toBe(5 * MINUTE)
    expect((await vault.leaseOperational(put, MANAGEMENT)).value.reveal()).toEqual(pinned.pkcs8)
    expect(await auditOf(operational)).toMatchObject([{ caller: MANAGEMENT.spiffeId, app_id: null, service_id: null }])
  })

  it('refuses a secret for injection, even after its row was altered to operational', async () => {
    const put = await stored()
    await expect(vault.leaseOperational(put, MANAGEMENT)).rejects.toMatchObject({ code: 'SECRET_NOT_FOUND' })
    await rowOf(put).update({ purpose: 'operational' })
    await expect(vault.leaseOperational(put, MANAGEMENT)).rejects.toMatchObject({ code: 'SECRET_DECRYPTION_FAILED' })
  })

  it('is refused with SECRET_NOT_FOUND for a version that is destroyed or of another organization', async () => {
    const put = await stored({ purpose: 'operational', bindings: NO_BINDINGS })
    await expect(
      vault.leaseOperational({ ...put, organizationId: newId('organization') }, MANAGEMENT),
    ).rejects.toMatchObject({ code: 'SECRET_NOT_FOUND' })
    await vault.destroy(put.organizationId, put.secretId, [put.versionId])
    await expect(vault.leaseOperational(put, MANAGEMENT)).rejects.toMatchObject({ code: 'SECRET_NOT_FOUND' })
  })
})
