import { afterAll, describe, expect, it } from '@jest/globals'
import { GRANT_TYP, SERVICE_GRANT_TYP, type ServiceGrantClaims } from '@protectmyapi/service-kit/credentials/grant'
import { PROXY, serviceClaimsAt, WORKER } from '../test/grant-signer.js'
import { leaseHarness, textOf } from '../test/lease-harness.js'
import { BINDINGS, NO_BINDINGS, vaultCore } from '../test/vault-core.js'
import type { Put } from '../versions/put-secret.js'

const { databases, vault, leaseOf, grantFor: routeGrantFor, stored, rowOf, auditOf, signer } = await leaseHarness()
afterAll(() => databases.close())

const TO_WORKER = { ...NO_BINDINGS, services: [WORKER.spiffeId] }
const MINUTE = 60_000

function grantFor(put: Put, given: Partial<ServiceGrantClaims> = {}, typ = SERVICE_GRANT_TYP): Promise<string> {
  const sec = [{ id: put.secretId, ver: put.versionId, gen: put.generation }]
  return signer.sign(serviceClaimsAt(vault.clock.wallMs(), { org: put.organizationId, sec, ...given }), { typ })
}
const answerFor = (put: Put, grant: string, peer: typeof WORKER | typeof PROXY = WORKER) =>
  vault.leaseAll({ grant, versionIds: [put.versionId], peer })

describe('a lease of an internal service', () => {
  it('lends a secret bound to its identity, and leaves an audit row with that identity', async () => {
    const put = await stored({ bindings: TO_WORKER, value: 'sk-worker' })
    const { outcomes } = await answerFor(put, await grantFor(put))
    expect(textOf(outcomes[0])).toBe('sk-worker')
    expect(await auditOf(put)).toMatchObject([
      { version_id: put.versionId, caller: WORKER.spiffeId, app_id: null, service_id: null },
    ])
  })

  it('carries the name under which the value was entered, and is refused if the stored name was altered', async () => {
    const bindings = { ...TO_WORKER, name: 'A_KEY' }
    const put = await stored({ bindings })
    const { outcomes } = await answerFor(put, await grantFor(put))
    expect(outcomes).toMatchObject([{ lease: { bindings: { name: 'A_KEY' } } }])
    for (const altered of [{ ...bindings, name: 'B_KEY' }, TO_WORKER]) {
      await rowOf(put).update({ bindings: JSON.stringify(altered) })
      const fresh = vaultCore(databases, vault.service)
      const again = await fresh.leaseAll({ grant: await grantFor(put), versionIds: [put.versionId], peer: WORKER })
      expect(again.outcomes).toMatchObject([{ fault: 'SECRET_DECRYPTION_FAILED' }])
    }
  })

  it('lives 60 seconds at most from the read, even if the clock that signed its grant is ahead', async () => {
    const put = await stored({ bindings: TO_WORKER })
    const nowMs = vault.clock.wallMs()
    const ahead = (nowMs + 4_000) / 1_000
    const { outcomes } = await answerFor(put, await grantFor(put, { iat: ahead, exp: ahead + 60 }))
    expect(outcomes).toMatchObject([{ lease: { life: { lifeMs: MINUTE, notAfterMs: nowMs + MINUTE } } }])
  })

  it('is refused when its grant lives longer than 60 s', async () => {
    const put = await stored({ bindings: TO_WORKER })
    const iat = vault.clock.wallMs() / 1_000
    await expect(answerFor(put, await grantFor(put, { iat, exp: iat + 60.001 }))).rejects.toMatchObject({
      code: 'INVALID_GRANT',
    })
  })

  it('never brings a lease key, unlike a proxy’s lease of the same secret', async () => {
    const both = { ...BINDINGS, services: [WORKER.spiffeId] }
    const put = await stored({ bindings: both })
    expect((await answerFor(put, await grantFor(put))).leaseKey).toBeUndefined()
    // The data key is in memory, so a proxy gets the lease key.
    const grant = await routeGrantFor([put])
    expect((await vault.leaseAll({ grant, versionIds: [put.versionId], peer: PROXY })).leaseKey).toBeDefined()
  })

  it.each([
    ['what is bound to places alone', BINDINGS],
    [
      'what is bound to another service',
      { ...NO_BINDINGS, services: ['spiffe://protectmyapi.local/ns/apps/sa/other'] },
    ],
  ])('never lends %s, even if the grant names it', async (_what, bindings) => {
    const put = await stored({ bindings })
    expect((await answerFor(put, await grantFor(put))).outcomes).toMatchObject([{ fault: 'DESTINATION_NOT_ALLOWED' }])
  })

  it('is needed for a secret bound to internal services alone: a proxy’s lease of it is refused', async () => {
    expect(await leaseOf(await stored({ bindings: TO_WORKER }))).toMatchObject({ fault: 'DESTINATION_NOT_ALLOWED' })
  })

  it('is refused to another certificate or identity than the grant names', async () => {
    const put = await stored({ bindings: TO_WORKER })
    const grant = await grantFor(put)
    for (const peer of [
      { ...WORKER, thumbprint: PROXY.thumbprint },
      { ...WORKER, spiffeId: 'spiffe://protectmyapi.local/ns/apps/sa/other' },
    ])
      await expect(vault.leaseAll({ grant, versionIds: [put.versionId], peer })).rejects.toMatchObject({
        code: 'INVALID_GRANT',
      })
  })

  it('is refused with a route’s grant, as is a proxy’s lease with a service grant, though validly signed', async () => {
    const put = await stored({ bindings: { ...BINDINGS, services: [WORKER.spiffeId, PROXY.spiffeId] } })
    const toWorker = { sub: WORKER.spiffeId, cnf: { 'x5t#S256': WORKER.thumbprint } }
    const toProxy = { sub: PROXY.spiffeId, cnf: { 'x5t#S256': PROXY.thumbprint } }
    await expect(answerFor(put, await routeGrantFor([put], toWorker))).rejects.toMatchObject({ code: 'INVALID_GRANT' })
    await expect(answerFor(put, await grantFor(put, toProxy), PROXY)).rejects.toMatchObject({ code: 'INVALID_GRANT' })
  })

  it('is refused when the type of the grant and its claims are of different kinds', async () => {
    const put = await stored({ bindings: { ...BINDINGS, services: [WORKER.spiffeId] } })
    await expect(answerFor(put, await grantFor(put, {}, GRANT_TYP))).rejects.toMatchObject({ code: 'INVALID_GRANT' })
    const route = { org: put.organizationId, app: 'app_a', svc: 'svc_a', ori: ['https://api.example.com'] }
    const iat = vault.clock.wallMs() / 1_000
    const sec = [{ id: put.secretId, ver: put.versionId, gen: put.generation }]
    const of = { sub: PROXY.spiffeId, cnf: { 'x5t#S256': PROXY.thumbprint }, iat, exp: iat + 60, sec, ...route }
    await expect(answerFor(put, await signer.sign(of, { typ: SERVICE_GRANT_TYP }), PROXY)).rejects.toMatchObject({
      code: 'INVALID_GRANT',
    })
  })
})
