import { beforeEach, describe, expect, it } from '@jest/globals'
import { type ManualClock, manualClock } from '@protectmyapi/dev-kit/manual-clock'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import type { SecretBytes } from '@protectmyapi/service-kit/crypto/secret-text'
import { newId } from '@protectmyapi/service-kit/ids'
import { createLogger } from '@protectmyapi/service-kit/program/log'
import { createCommitChange } from '../../feed/commit-change.js'
import { insertCatalog } from '../../test/catalog.js'
import { codeOf } from '../../test/code-of.js'
import { type MemoryVault, memoryVault } from '../../test/memory-vault.js'
import { migratedDatabase } from '../../test/migrated-database.js'
import { serviceAccountFile } from '../../test/service-account-file.js'
import { type CredentialLeases, type CredentialLeasesDeps, createCredentialLeases } from './credential-leases.js'
import { CredentialInput } from './credential-schemas.js'
import { deleteCredential } from './delete-credential.js'
import { putCredential } from './put-credential.js'

const LEASE_MS = 5 * 60_000
const ACTOR = { kind: 'user', id: 'usr_test', requestId: null } as const
const always = async (): Promise<void> => undefined
const log = createLogger('test', 'silent')

const { db } = await startForAllTests(migratedDatabase)
const commitChange = createCommitChange({ db, waitUntilSeen: { seen: async () => ({ by: 'nobody', waitedMs: 0 }) } })

let vault: MemoryVault
let clock: ManualClock
let leases: CredentialLeases
/** The bytes of every lease that the vault gave. */
let lent: SecretBytes[]
let organizationId: string
let appId: string

const leasesOver = (other: Partial<CredentialLeasesDeps> = {}, heldMax?: number): CredentialLeases =>
  createCredentialLeases({ db, vault: lending(), clock, log, ...other }, heldMax)
const lending = (): CredentialLeasesDeps['vault'] => ({
  leaseOperational: async (version) => {
    const lease = await vault.leaseOperational(version)
    lent.push(lease.value)
    return lease
  },
})

beforeEach(async () => {
  vault = memoryVault()
  clock = manualClock()
  lent = []
  leases = leasesOver()
  ;({ organizationId, appId } = await insertCatalog(db))
})

const put = async (client_email: string, of = { organizationId, appId }) => {
  const given = CredentialInput.parse({ kind: 'service-account', json: serviceAccountFile({ client_email }) })
  const asked = { app: of.appId, given, precondition: always }
  await putCredential({ db, vault, commitChange, log }, ACTOR, { id: of.organizationId }, asked)
}
const remove = () => {
  const asked = { app: appId, precondition: always }
  return deleteCredential({ db, vault, commitChange, log }, ACTOR, { id: organizationId }, asked)
}
const emailBy = async (by: CredentialLeases, of = { organizationId, appId }): Promise<string | undefined> => {
  const credential = await by.lease(of.organizationId, of.appId)
  return credential?.kind === 'service-account' ? credential.clientEmail : credential?.kind
}
const email = () => emailBy(leases)
const areWiped = () => lent.map((value) => value.reveal().every((byte) => byte === 0))

describe('a leased credential', () => {
  it('is undefined for an app that has none, and the vault is not asked', async () => {
    expect(await email()).toBeUndefined()
    expect(vault.calls('leaseOperational')).toBe(0)
  })

  it('is asked for once by ten verifications at the same time, and held for those that follow', async () => {
    await put('one@example.com')
    expect(await Promise.all(Array.from({ length: 10 }, email))).toEqual(Array(10).fill('one@example.com'))
    expect(await email()).toBe('one@example.com')
    expect(vault.calls('leaseOperational')).toBe(1)
  })

  it('is used until the lease ends, counted from before it was asked for, while the vault is away', async () => {
    await put('one@example.com')
    const slow: CredentialLeasesDeps['vault'] = {
      leaseOperational: async (version) => {
        clock.advance(1_000)
        return lending().leaseOperational(version)
      },
    }
    const held = leasesOver({ vault: slow })
    expect(await emailBy(held)).toBe('one@example.com')
    vault.setAway(true)
    clock.advance(LEASE_MS - 1_001)
    expect(await emailBy(held)).toBe('one@example.com')
    clock.advance(1)
    expect(await codeOf(held.lease(organizationId, appId))).toBe('UNAVAILABLE')
  })

  it('is wiped from memory when the lease has ended, unless it is renewed before', async () => {
    await put('one@example.com')
    await email()
    leases.sweep()
    expect([leases.held(), areWiped()]).toEqual([1, [false]])
    clock.advance(LEASE_MS)
    leases.sweep()
    expect([leases.held(), areWiped()]).toEqual([0, [true]])
    await email()
    clock.advance(LEASE_MS)
    await email()
    expect([leases.held(), areWiped()]).toEqual([1, [true, true, false]])
  })

  it('is wiped when more apps than may be held have theirs, and when management stops', async () => {
    const two = leasesOver({}, 2)
    const others = [await insertCatalog(db), await insertCatalog(db), await insertCatalog(db)]
    for (const of of others) {
      await put('one@example.com', of)
      await emailBy(two, of)
    }
    expect([two.held(), areWiped()]).toEqual([2, [true, false, false]])
    await two.stop()
    expect([two.held(), areWiped()]).toEqual([0, [true, true, true]])
  })

  it('is not the former one after another was put, in whichever process it is held', async () => {
    const replica = leasesOver()
    await put('one@example.com')
    expect([await email(), await emailBy(replica)]).toEqual(['one@example.com', 'one@example.com'])
    await put('two@example.com')
    expect([await email(), await emailBy(replica)]).toEqual(['two@example.com', 'two@example.com'])
  })

  it('is none after it was deleted, or its app or organization, in whichever process it is held', async () => {
    const replica = leasesOver()
    const endings = [
      remove,
      () => db('apps').where('id', appId).update({ deleted_at: db.fn.now() }),
      () => db('organizations').where('id', organizationId).update({ state: 'deleted' }),
    ]
    for (const end of endings) {
      ;({ organizationId, appId } = await insertCatalog(db))
      await put('one@example.com')
      expect([await email(), await emailBy(replica)]).toEqual(['one@example.com', 'one@example.com'])
      await end()
      expect([await email(), await emailBy(replica)]).toEqual([undefined, undefined])
    }
  })

  it('is the new one if it was replaced between the reading of its row and the lease', async () => {
    await put('one@example.com')
    let replaced = false
    const late: CredentialLeasesDeps['vault'] = {
      leaseOperational: async (version) => {
        if (!replaced) {
          replaced = true
          await put('two@example.com')
        }
        return vault.leaseOperational(version)
      },
    }
    expect(await emailBy(leasesOver({ vault: late }))).toBe('two@example.com')
  })

  it('is SECRET_DECRYPTION_FAILED where the vault does not store what the row names', async () => {
    await put('one@example.com')
    await db('attestation_credentials')
      .where('app_id', appId)
      .update({ id: newId('version') })
    expect(await codeOf(leases.lease(organizationId, appId))).toBe('SECRET_DECRYPTION_FAILED')
  })

  it('is refused, and wiped, where a forged row lends it to another app of the organization', async () => {
    await put('one@example.com')
    const other = newId('app')
    const app = { organization_id: organizationId, slug: 'other', name: 'Other', platform: 'android', policy: 'audit' }
    await db('apps').insert({ id: other, token: other, ...app })
    await db('attestation_credentials').where('app_id', appId).update({ app_id: other })
    expect(await codeOf(leases.lease(organizationId, other))).toBe('SECRET_DECRYPTION_FAILED')
    expect([leases.held(), areWiped()]).toEqual([0, [true]])
  })

  it('is that of its organization alone', async () => {
    await put('one@example.com')
    const other = await insertCatalog(db)
    expect(await leases.lease(other.organizationId, appId)).toBeUndefined()
  })
})
