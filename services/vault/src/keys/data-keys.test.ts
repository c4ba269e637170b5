import { describe, expect, it } from '@jest/globals'
import { manualClock } from '@protectmyapi/dev-kit/manual-clock'
import { memoryLog } from '@protectmyapi/dev-kit/memory-log'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { newId } from '@protectmyapi/service-kit/ids'
import { memoryKeys } from '../test/memory-keys.js'
import { createVaultDatabases } from '../test/vault-databases.js'
import { countedKeyService } from './counted-key-service.js'
import { dataKeyStore } from './data-key-store.js'
import { dataKeys } from './data-keys.js'

const databases = await startForAllTests(createVaultDatabases)

/** A replica of the vault: its own memory, over the same databases and the same key service. */
function replica(service = memoryKeys()) {
  const clock = manualClock()
  const logged = memoryLog()
  const kms = countedKeyService(service, { log: logged.log, clock })
  const keys = dataKeys({ ...databases, keys: kms.keys, clock, log: logged.log })
  return { keys, kms, clock, logged, service }
}

const wrappedOf = (organizationId: string) =>
  databases.vaultKeysDb('wrapped_keys').where({ organization_id: organizationId })

describe('data keys of organizations', () => {
  it('cost one GenerateDataKey for the first use, and nothing for all that follows', async () => {
    const { keys, kms } = replica()
    const organizationId = newId('organization')
    for (let count = 0; count < 20; count += 1) await keys.plaintext(await keys.current(organizationId))
    expect(kms.calls()).toEqual({ generate: 1, unwrap: 0, rewrap: 0 })
  })

  it('cost a replica that starts cold one Decrypt, however many ask at once', async () => {
    const first = replica()
    const ref = await first.keys.current(newId('organization'))
    const cold = replica(first.service)
    const keys = await Promise.all(Array.from({ length: 50 }, () => cold.keys.plaintext(ref)))
    expect(cold.kms.calls()).toEqual({ generate: 0, unwrap: 1, rewrap: 0 })
    expect(keys[0]).toEqual(await first.keys.plaintext(ref))
  })

  it('log each call of the key service as kms.call, with its operation and outcome', async () => {
    const { keys, service, logged, clock } = replica()
    const ref = await keys.current(newId('organization'))
    service.away = true
    clock.advance(5 * 60_000)
    await expect(keys.plaintext(ref)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    const events = logged.lines().filter(({ event }) => event === 'kms.call')
    expect(events).toMatchObject([
      { operation: 'generate', outcome: 'ok', ms: expect.any(Number) },
      { operation: 'unwrap', outcome: 'unavailable', ms: expect.any(Number) },
    ])
  })

  it('are made only once if replicas start together, and nothing of the losing replicas is used or left', async () => {
    const service = memoryKeys()
    const organizationId = newId('organization')
    const replicas = Array.from({ length: 4 }, () => replica(service))
    const refs = await Promise.all(
      replicas.flatMap(({ keys }) => [keys.current(organizationId), keys.current(organizationId)]),
    )
    expect(new Set(refs.map(({ keyId }) => keyId)).size).toBe(1)
    expect(await wrappedOf(organizationId).select('key_id')).toEqual([{ key_id: refs[0]?.keyId }])
    const plain = await Promise.all(replicas.map(({ keys }, index) => keys.plaintext(refs[index] ?? fail())))
    expect(new Set(plain.map((key) => key.toString('hex'))).size).toBe(1)
  })

  it('have their wrapped bytes stored before any row names them', async () => {
    const { keys } = replica()
    const organizationId = newId('organization')
    await databases.tamper.raw(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON data_keys FOR EACH ROW EXECUTE FUNCTION refuse();
    `)
    try {
      await expect(keys.current(organizationId)).rejects.toThrow('refused')
      expect(await wrappedOf(organizationId)).toHaveLength(1)
      expect(await dataKeyStore(databases.vaultDb).current(organizationId)).toEqual({ state: 'absent' })
    } finally {
      await databases.tamper.raw('DROP TRIGGER refuse ON data_keys; DROP FUNCTION refuse()')
    }
    await expect(keys.current(organizationId)).resolves.toMatchObject({ organizationId })
  })

  it('are refused once their wrapped bytes are altered, replaced by another organization’s, or gone', async () => {
    const { keys, service } = replica()
    const [one, other] = [await keys.current(newId('organization')), await keys.current(newId('organization'))]
    const plaintextCold = () => replica(service).keys.plaintext(one)
    const setTo = (wrapped: Buffer) =>
      databases.tamperKeys('wrapped_keys').where({ key_id: one.keyId }).update({ wrapped })
    const original: Buffer = (await wrappedOf(one.organizationId).first()).wrapped
    const flipped = Buffer.from(original)
    flipped[20] = (flipped[20] ?? 0) ^ 4
    for (const bytes of [flipped, (await wrappedOf(other.organizationId).first()).wrapped]) {
      await setTo(bytes)
      await expect(plaintextCold()).rejects.toMatchObject({ code: 'SECRET_DECRYPTION_FAILED' })
    }
    await setTo(original)
    await expect(plaintextCold()).resolves.toHaveLength(32)
    await databases.tamperKeys('wrapped_keys').where({ key_id: one.keyId }).delete()
    await expect(plaintextCold()).rejects.toMatchObject({ code: 'SECRET_DECRYPTION_FAILED' })
  })
})

function fail(): never {
  throw new Error('not reached')
}
