import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { manualClock } from '@protectmyapi/dev-kit/manual-clock'
import { memoryLog } from '@protectmyapi/dev-kit/memory-log'
import { SecretBytes } from '@protectmyapi/service-kit/crypto/secret-text'
import { INSTALLATION_ORGANIZATION, newId } from '@protectmyapi/service-kit/ids'
import { type GrantSigner, grantSigner, PROXY } from '../test/grant-signer.js'
import { leaseHarness } from '../test/lease-harness.js'
import { aPut, NO_BINDINGS, vaultCore } from '../test/vault-core.js'
import { authenticPins } from './authentic-pins.js'
import { grantKeyStore } from './grant-key-store.js'

/** How long a process accepts a key once it has opened its sealed private half. */
const VOUCHED_MS = 5_000

let harness: Awaited<ReturnType<typeof leaseHarness>>
beforeAll(async () => {
  harness = await leaseHarness()
})
afterAll(() => harness.databases.close())

describe('the key that signs grants', () => {
  it('is pinned when it is put, with its own public half', async () => {
    const { databases, pinnedSigner } = harness
    const { put, signer: pinned } = await pinnedSigner()
    expect(await databases.vaultDb('pinned_grant_keys').where({ version_id: put.versionId }).first()).toMatchObject({
      public_key: pinned.spki,
    })
  })

  it('is refused once it is destroyed, even by a replica that has already used it', async () => {
    const { databases, vault, pinnedSigner, grantFor, stored } = harness
    const { put, signer: doomed } = await pinnedSigner()
    const secret = await stored()
    const other = vaultCore(databases, vault.service)
    const request = { grant: await grantFor([secret], {}, doomed), versionIds: [secret.versionId], peer: PROXY }
    await expect(other.lease(request)).resolves.toMatchObject([{ lease: {} }])
    await vault.destroy(put.organizationId, put.secretId, [put.versionId])
    await expect(other.lease(request)).rejects.toMatchObject({ code: 'INVALID_GRANT' })
  })

  it('is refused with INVALID_GRANT if it was never put', async () => {
    const { vault, grantFor, stored } = harness
    const secret = await stored()
    const grant = await grantFor([secret], {}, grantSigner(newId('version')))
    await expect(vault.lease({ grant, versionIds: [secret.versionId], peer: PROXY })).rejects.toMatchObject({
      code: 'INVALID_GRANT',
    })
  })

  it('is refused if its pinned public half was written into the table and does not match the sealed private half', async () => {
    const { databases, vault, pinnedSigner, grantFor, stored } = harness
    const { put, signer: genuine } = await pinnedSigner()
    const secret = await stored()
    const pins = databases.tamper('pinned_grant_keys')
    const request = async (by: GrantSigner) => ({
      grant: await grantFor([secret], {}, by),
      versionIds: [secret.versionId],
      peer: PROXY,
    })
    const cold = () => vaultCore(databases, vault.service)
    // An attacker's key: first under the id of another sealed secret, then in the place of the genuine one.
    const theirs = grantSigner(secret.versionId)
    const { organizationId, secretId, versionId } = secret
    const row = { organization_id: organizationId, secret_id: secretId, version_id: versionId, public_key: theirs.spki }
    await pins.clone().insert(row)
    await expect(cold().lease(await request(theirs))).rejects.toMatchObject({ code: 'INVALID_GRANT' })
    const inItsPlace = grantSigner(put.versionId)
    await pins.clone().where({ version_id: put.versionId }).update({ public_key: inItsPlace.spki })
    const altered = cold()
    await expect(altered.lease(await request(inItsPlace))).rejects.toMatchObject({ code: 'INVALID_GRANT' })
    expect(altered.logged.lines()).toContainEqual(
      expect.objectContaining({ level: 'error', versionId: put.versionId, msg: expect.stringContaining('pinned key') }),
    )
    await pins.clone().where({ version_id: put.versionId }).update({ public_key: genuine.spki })
    await expect(cold().lease(await request(genuine))).resolves.toMatchObject([{ lease: {} }])
  })

  it('is refused if the sealed version under its id does not open or is destroyed', async () => {
    const { databases, vault, pinnedSigner, grantFor, stored } = harness
    const { put, signer } = await pinnedSigner()
    const secret = await stored()
    const request = async (by: GrantSigner) => ({
      grant: await grantFor([secret], {}, by),
      versionIds: [secret.versionId],
      peer: PROXY,
    })
    const sealed = databases.tamper('versions').where({ version_id: put.versionId })
    for (const altered of [{ sealed: Buffer.alloc(200) }, { state: 'destroyed', sealed: null }]) {
      await sealed.clone().update(altered)
      const cold = vaultCore(databases, vault.service)
      await expect(cold.lease(await request(signer))).rejects.toMatchObject({ code: 'INVALID_GRANT' })
    }
  })

  it('stays refused after its destruction when only its public pin is restored, in the process that had trusted it', async () => {
    const { databases, vault, pinnedSigner, grantFor, stored } = harness
    const { put, signer: withdrawn } = await pinnedSigner()
    const secret = await stored()
    const request = { grant: await grantFor([secret], {}, withdrawn), versionIds: [secret.versionId], peer: PROXY }
    const pin = databases.tamper('pinned_grant_keys').where({ version_id: put.versionId })
    await expect(vault.lease(request)).resolves.toMatchObject([{ lease: {} }])
    const row = await pin.clone().first()
    await vault.destroy(put.organizationId, put.secretId, [put.versionId])
    await databases.tamper('pinned_grant_keys').insert(row)
    vault.clock.advance(VOUCHED_MS)
    await expect(vault.lease(request)).rejects.toMatchObject({ code: 'INVALID_GRANT' })
  })

  it('stays refused after its destruction and a data key rotation, even if its pin and sealed row are restored', async () => {
    const { databases, vault, pinnedSigner, grantFor, stored } = harness
    const { put, signer: withdrawn } = await pinnedSigner()
    const secret = await stored()
    const request = { grant: await grantFor([secret], {}, withdrawn), versionIds: [secret.versionId], peer: PROXY }
    const pin = databases.tamper('pinned_grant_keys').where({ version_id: put.versionId })
    const version = databases.tamper('versions').where({ version_id: put.versionId })
    await expect(vault.lease(request)).resolves.toMatchObject([{ lease: {} }])
    const [pinRow, versionRow] = [await pin.clone().first(), await version.clone().first()]
    await vault.destroy(put.organizationId, put.secretId, [put.versionId])
    const { state, sealed, destroyed_at } = versionRow
    const putBack = async () => {
      await version.clone().update({ state, sealed, destroyed_at })
      await databases.tamper('pinned_grant_keys').insert(pinRow).onConflict().ignore()
      vault.clock.advance(VOUCHED_MS)
    }
    await putBack()
    await expect(vault.lease(request)).resolves.toMatchObject([{ lease: {} }])
    await vault.destroy(put.organizationId, put.secretId, [put.versionId])
    await vault.rotate({ organizationId: INSTALLATION_ORGANIZATION })
    const { floor, version: keyVersion } = await reencrypted()
    expect(floor).toBe(keyVersion)
    await putBack()
    await expect(vault.lease(request)).rejects.toMatchObject({ code: 'INVALID_GRANT' })

    async function reencrypted() {
      for (;;) {
        const turn = await vault.reencrypt({ organizationId: INSTALLATION_ORGANIZATION, known: true })
        if (turn.pass !== 'goes on') return turn
      }
    }
  })

  it('has its private half opened once in 5 s to authenticate the pin, and each opened value is wiped', async () => {
    const { databases, vault, pinnedSigner } = harness
    const { put, signer } = await pinnedSigner()
    const { vaultDb } = databases
    const opened: SecretBytes[] = []
    const openVersion: typeof vault.openVersion = async (...of) => {
      const version = await vault.openVersion(...of)
      opened.push(version.value)
      return version
    }
    const clock = manualClock()
    const authentic = authenticPins({ vaultDb, openVersion, clock, log: memoryLog().log })
    for (const afterMs of [0, VOUCHED_MS - 1, 1, VOUCHED_MS - 1]) {
      clock.advance(afterMs)
      expect(await authentic([put.versionId])).toEqual(new Map([[put.versionId, signer.spki]]))
    }
    expect(opened.map((value) => value.reveal().equals(Buffer.alloc(value.reveal().length)))).toEqual([true, true])
  })

  it('answers UNAVAILABLE, not INVALID_GRANT, when the KMS is away before its first use, and works afterwards', async () => {
    const { databases, vault, pinnedSigner, grantFor, stored } = harness
    const { signer } = await pinnedSigner()
    const secret = await stored()
    const request = { grant: await grantFor([secret], {}, signer), versionIds: [secret.versionId], peer: PROXY }
    const cold = vaultCore(databases, vault.service, vault.clock)
    vault.service.away = true
    try {
      await expect(cold.lease(request)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    } finally {
      vault.service.away = false
    }
    await expect(cold.lease(request)).resolves.toMatchObject([{ lease: {} }])
  })

  it('is found by its own id only', async () => {
    const { databases, pinnedSigner } = harness
    const [one, other] = [await pinnedSigner(), await pinnedSigner()]
    const find = (...keyIds: string[]) => grantKeyStore(databases.vaultDb).find(keyIds)
    const { organizationId, secretId, versionId } = one.put
    const pinned = { organizationId, secretId, versionId, publicKey: one.signer.spki }
    expect(await find(versionId, newId('version'))).toEqual(new Map([[versionId, pinned]]))
    expect((await find(one.put.versionId, other.put.versionId)).size).toBe(2)
    expect(await find()).toEqual(new Map())
  })

  it('is refused with CONFLICT when it is put under the version id of another grant key', async () => {
    const { databases, vault, pinnedSigner } = harness
    const { put } = await pinnedSigner()
    const usurper = { ...put, secretId: newId('secret'), value: new SecretBytes(grantSigner('x').pkcs8) }
    await expect(vault.put(usurper)).rejects.toMatchObject({ code: 'CONFLICT' })
    expect(await databases.tamper('versions').where({ secret_id: usurper.secretId })).toEqual([])
  })

  it('is refused when it is put for a tenant’s organization or is not an Ed25519 key', async () => {
    const { vault } = harness
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
