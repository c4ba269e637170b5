import { beforeEach, describe, expect, it } from '@jest/globals'
import { manualClock } from '@protectmyapi/dev-kit/manual-clock'
import { rowsRead } from '@protectmyapi/dev-kit/postgres/rows-read'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { privateUpstreams } from '@protectmyapi/service-kit/destinations/upstream-url'
import { newId } from '@protectmyapi/service-kit/ids'
import { createLogger } from '@protectmyapi/service-kit/program/log'
import type { Actor } from '../../audit/audit-entry.js'
import { createCommitChange } from '../../feed/commit-change.js'
import { recordSync } from '../../feed/registry.js'
import { createWaitUntilSeen } from '../../feed/wait-until-seen.js'
import { type MemoryVault, memoryVault } from '../../test/memory-vault.js'
import { migratedDatabase } from '../../test/migrated-database.js'
import { createSecret } from '../changes/create-secret.js'
import { deleteSecret } from '../changes/delete-secret.js'
import { renameSecret } from '../changes/rename-secret.js'
import { replaceValue } from '../changes/replace-value.js'
import type { SecretDeps, SecretUse } from '../secret-deps.js'
import { secretBytes } from '../secret-input.js'
import { activeSecrets } from '../secret-rows.js'
import { finishDestructions, finishShredding, settleIntents } from './reconcile.js'
import { activate, intendCreation } from './write-steps.js'

const ACTOR: Actor = { kind: 'user', id: 'usr_test', requestId: null }
const BINDINGS = {
  origins: ['https://api.example.com'],
  placements: [{ kind: 'header', name: 'authorization' }],
  services: [],
} as const

/** What a proxy shows in its Syncs. */
const PROXY = { proof: new Uint8Array(32), spiffeId: 'spiffe://x/proxy' }

const { db } = await startForAllTests(migratedDatabase)

let vault: MemoryVault
let deps: SecretDeps
let uses: SecretUse[]
let organizationId: string
beforeEach(async () => {
  organizationId = newId('organization')
  await db('organizations').insert({
    id: organizationId,
    slug: organizationId.toLowerCase().replace('_', '-'),
    name: 'Test',
    state: 'active',
  })
  await db('secret_versions').delete()
  await db('secrets').delete()
  await db('proxies').delete()
  vault = memoryVault()
  uses = []
  const clock = manualClock()
  const waitUntilSeen = createWaitUntilSeen({ db, clock, sleep: async () => clock.advance(1_000) })
  deps = {
    db,
    vault,
    commitChange: createCommitChange({ db, waitUntilSeen }),
    waitUntilSeen,
    usesOf: async () => uses,
    presets: [],
    privateUpstreams: privateUpstreams([]),
    clock: manualClock(Date.now()),
    log: createLogger('test', 'silent'),
  }
})

const create = (name = 'A_KEY', value = 'sk-one-123456789') =>
  createSecret(deps, ACTOR, { organizationId, name, value, bindings: BINDINGS, expiresAt: null }).then(
    ({ result }) => result,
  )
const replaceBy = async (by: SecretDeps, secretId: string, value: string) => {
  const { inForce, destroyed } = await replaceValue(by, ACTOR, { organizationId, secretId, value })
  await destroyed
  return inForce
}
const replace = (secretId: string, value: string) => replaceBy(deps, secretId, value)
const listed = async () => (await activeSecrets(db, organizationId, { limit: 10 })).map(({ name }) => name)
const versionsOf = (secretId: string): Promise<{ id: string; state: string; generation: string }[]> =>
  db('secret_versions').where('secret_id', secretId).orderBy('created_at').select('id', 'state', 'generation')
const valueInForce = async (secretId: string) => {
  const [secret] = await activeSecrets(db, organizationId, { limit: 1, id: secretId })
  return secret?.versionId && vault.valueOf(secret.versionId)
}
const events = async () =>
  (await db('audit').where('organization_id', organizationId).orderBy('id').select('event')).map(
    (row: { event: string }) => row.event,
  )

describe('a secret that is created', () => {
  it('is in force, masked and audited when the answer comes, and only the vault has its value', async () => {
    const secretId = await create()
    expect(await listed()).toEqual(['A_KEY'])
    expect(await valueInForce(secretId)).toBe('sk-one-123456789')
    expect(await events()).toEqual(['secret.creation-started', 'secret.created'])
    const { rows } = await db.raw<{ rows: { text: string }[] }>(
      'SELECT secrets::text || secret_versions::text AS text FROM secrets, secret_versions',
    )
    expect(rows.map(({ text }) => text).join()).not.toContain('123456789')
  })

  it('owns its name: of ten creations at once with one name, one succeeds and nine are CONFLICT', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => create()))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'CONFLICT' })
    expect(await listed()).toEqual(['A_KEY'])
  })

  it('is not listed when the vault is away, and its name can be used again once its intent is settled', async () => {
    vault.setAway(true)
    await expect(create()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(await listed()).toEqual([])
    await expect(settleIntents(deps, 0)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    vault.setAway(false)
    expect(await settleIntents(deps, 0)).toBe(1)
    await create()
    expect(await listed()).toEqual(['A_KEY'])
  })

  it('is created even if the answer of the vault was lost', async () => {
    vault.failNext('putSecret', 'after')
    const secretId = await create()
    expect(await valueInForce(secretId)).toBe('sk-one-123456789')
  })

  it('is refused with CONFLICT if another request stored another value under its version, which stays', async () => {
    const twin = async (put: Parameters<typeof vault.putSecret>[0]): Promise<void> => {
      await vault.putSecret({ ...put, value: secretBytes('sk-two-123456789') })
      await vault.putSecret(put)
    }
    const asked = { organizationId, name: 'A_KEY', value: 'sk-one-123456789', bindings: BINDINGS, expiresAt: null }
    const beside = { ...deps, vault: { ...vault, putSecret: twin } }
    await expect(createSecret(beside, ACTOR, asked)).rejects.toMatchObject({ code: 'CONFLICT' })
    expect(await listed()).toEqual([])
    expect(await settleIntents(deps, 0)).toBe(1)
    const [secret] = await activeSecrets(db, organizationId, { limit: 1 })
    expect(secret && (await valueInForce(secret.id))).toBe('sk-two-123456789')
  })

  it('is refused if its expiry has passed', async () => {
    const asked = { organizationId, name: 'A', value: 'x', bindings: BINDINGS, expiresAt: new Date(0) }
    await expect(createSecret(deps, ACTOR, asked)).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
  })

  it.each(['', 'a\nb', 'a\rb', 'a\u0000b', ' sk-blank-before', 'sk-tab-behind\t', 'x'.repeat(64 * 1024 + 1)])(
    'is refused for a value that is not allowed, before anything is written (case %#)',
    async (value) => {
      await expect(create('A_KEY', value)).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
      expect(await events()).toEqual([])
    },
  )
})

describe('a value that is replaced', () => {
  it('gets a new version with the next generation in force, and its old version is destroyed', async () => {
    const secretId = await create()
    await replace(secretId, 'sk-two-123456789')
    expect(await valueInForce(secretId)).toBe('sk-two-123456789')
    const versions = await versionsOf(secretId)
    expect(versions.map(({ state, generation }) => [state, generation])).toEqual([
      ['destroyed', '1'],
      ['active', '2'],
    ])
    expect(versions.map(({ id }) => vault.stateOf(id))).toEqual(['destroyed', 'stored'])
    const [row] = await db('feed').where({ kind: 'secret', id: secretId }).orderBy('number', 'desc').limit(1)
    expect(row).toMatchObject({ generation: '2' })
  })

  it('has its old version destroyed only after the wait for a proxy’s horizon', async () => {
    const secretId = await create()
    await recordSync(db, { ...PROXY, bootId: newId('boot'), applied: 0, horizonMs: 30_000 })
    const before = vault.calls('destroyVersions')
    const clock = manualClock()
    const waitUntilSeen = createWaitUntilSeen({
      db,
      clock,
      sleep: async () => {
        expect(vault.calls('destroyVersions')).toBe(before)
        clock.advance(1_000)
      },
    })
    const waiting = { ...deps, waitUntilSeen, commitChange: createCommitChange({ db, waitUntilSeen }) }
    const inForce = await replaceBy(waiting, secretId, 'sk-two-123456789')
    expect(inForce.by).toBe('horizon')
    expect(vault.calls('destroyVersions')).toBe(before + 1)
  })

  it('stays in force while the vault is away, and a second replacement meanwhile is CONFLICT', async () => {
    const secretId = await create()
    vault.setAway(true)
    await expect(replace(secretId, 'sk-two-123456789')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await expect(replace(secretId, 'sk-three-12345678')).rejects.toMatchObject({ code: 'CONFLICT' })
    vault.setAway(false)
    expect(await valueInForce(secretId)).toBe('sk-one-123456789')
    await settleIntents(deps, 0)
    await replace(secretId, 'sk-three-12345678')
    expect(await valueInForce(secretId)).toBe('sk-three-12345678')
  })

  it('takes new bindings with it, unless they break a service: then CONFLICT names that service', async () => {
    const secretId = await create()
    const bindings = { ...BINDINGS, origins: ['https://other.example.com'] }
    const service = { id: 'svc_1', slug: 'example', name: 'Example' }
    uses = [{ service, origin: 'https://api.example.com', placement: { kind: 'header', name: 'authorization' } }]
    const moved = () => replaceValue(deps, ACTOR, { organizationId, secretId, value: 'sk-two-123456789', bindings })
    await expect(moved()).rejects.toMatchObject({
      code: 'CONFLICT',
      details: { say: expect.stringContaining('example') },
    })
    uses = []
    await moved()
    const [secret] = await activeSecrets(db, organizationId, { limit: 1, id: secretId })
    expect(secret?.bindings).toEqual(bindings)
    expect(secret?.versionId && vault.bindingsOf(secret.versionId)).toEqual(bindings)
  })

  it('is SECRET_NOT_FOUND when it is asked for under another organization', async () => {
    const secretId = await create()
    const other = { organizationId: newId('organization'), secretId, value: 'x' }
    await expect(replaceValue(deps, ACTOR, other)).rejects.toMatchObject({ code: 'SECRET_NOT_FOUND' })
  })
})

describe('a secret that is deleted', () => {
  it('is refused with the names of the services that use it, unless the deletion is forced', async () => {
    const secretId = await create()
    const serviceId = await aServiceUsing(secretId)
    const remove = (force: boolean) => deleteSecret(deps, ACTOR, { organizationId, secretId, force })
    await expect(remove(false)).rejects.toMatchObject({
      code: 'SECRET_IN_USE',
      details: { say: expect.stringContaining('Payments') },
    })
    await remove(true)
    expect(await listed()).toEqual([])
    expect(await db('service_secrets').where('service_id', serviceId)).toHaveLength(1)
  })

  it('RETRYWAITS: is reported as absent to a second deletion only after that one has waited', async () => {
    const secretId = await create()
    await deleteSecret(deps, ACTOR, { organizationId, secretId, force: false })
    let waited = 0
    const waitUntilSeen = {
      ...deps.waitUntilSeen,
      everything: () => deps.waitUntilSeen.everything().finally(() => waited++),
    }
    await expect(
      deleteSecret({ ...deps, waitUntilSeen }, ACTOR, { organizationId, secretId, force: false }),
    ).rejects.toMatchObject({ code: 'SECRET_NOT_FOUND' })
    expect(waited).toBe(1)
  })

  it('stays deleted when a replacement was under way, and the stored replacement is destroyed', async () => {
    const secretId = await create()
    vault.failNext('putSecret', 'after')
    vault.failNext('settleVersion', 'before')
    await expect(replace(secretId, 'sk-two-123456789')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await deleteSecret(deps, ACTOR, { organizationId, secretId, force: false })
    await settleIntents(deps, 0)
    expect(await listed()).toEqual([])
    await finishDestructions(deps)
    for (const { id, state } of await versionsOf(secretId))
      expect([state, vault.stateOf(id)]).toEqual(['destroyed', 'destroyed'])
  })

  it('RETRYWAITS: has an overtaken replacement destroyed and answered only once the deletion is in force', async () => {
    const secretId = await create()
    await recordSync(db, { ...PROXY, bootId: newId('boot'), applied: 0, horizonMs: 30_000 })
    /** Settles once the deletion has committed. The deletion itself then waits for ever. */
    const deletionBegins = () =>
      new Promise<void>((committed) => {
        const seen = () => {
          committed()
          return new Promise<never>(() => undefined)
        }
        const waiting = { ...deps, commitChange: createCommitChange({ db, waitUntilSeen: { seen } }) }
        void deleteSecret(waiting, ACTOR, { organizationId, secretId, force: false })
      })
    const overtaken: MemoryVault = {
      ...vault,
      putSecret: (version) => vault.putSecret(version).then(deletionBegins),
    }
    const before = vault.calls('destroyVersions')
    const inForce = await replaceBy({ ...deps, vault: overtaken }, secretId, 'sk-two-123456789')
    expect(inForce.by).toBe('horizon')
    expect(vault.calls('destroyVersions')).toBe(before + 1)
    expect(await listed()).toEqual([])
  })

  it('gives its name back: a new secret of that name has another id', async () => {
    const secretId = await create()
    await deleteSecret(deps, ACTOR, { organizationId, secretId, force: false })
    expect(await create()).not.toBe(secretId)
  })
})

describe('a secret that is renamed', () => {
  it('is listed under its new name and audited, and a name in use is refused with CONFLICT', async () => {
    const secretId = await create()
    await create('OTHER')
    await renameSecret(deps, ACTOR, { organizationId, secretId, name: 'NEW_NAME' })
    expect((await listed()).sort()).toEqual(['NEW_NAME', 'OTHER'])
    await expect(renameSecret(deps, ACTOR, { organizationId, secretId, name: 'OTHER' })).rejects.toMatchObject({
      code: 'CONFLICT',
    })
    expect((await events()).at(-1)).toBe('secret.renamed')
  })

  it('is refused with CONFLICT if internal services are bound to it, now or by a pending version', async () => {
    const services = ['spiffe://protectmyapi/worker']
    const bound = await create('BOUND')
    await db('secrets')
      .where('id', bound)
      .update({ bindings: JSON.stringify({ ...BINDINGS, services }) })
    const later = await create('LATER')
    await db('secret_versions')
      .where('secret_id', later)
      .update({ state: 'pending', bindings: JSON.stringify({ ...BINDINGS, services }) })
    for (const secretId of [bound, later])
      await expect(renameSecret(deps, ACTOR, { organizationId, secretId, name: 'NEW_NAME' })).rejects.toMatchObject({
        code: 'CONFLICT',
        say: expect.stringContaining('spiffe://protectmyapi/worker'),
      })
    expect((await listed()).sort()).toEqual(['BOUND', 'LATER'])
  })
})

describe('the reconciler, after a crash', () => {
  const stepOne = () =>
    deps.commitChange(ACTOR, (trx) =>
      intendCreation(trx, organizationId, {
        secretId: newId('secret'),
        versionId: newId('version'),
        name: 'A_KEY',
        mask: '****...****',
        bindings: BINDINGS,
        expiresAt: null,
        externalVersion: null,
        actorId: 'usr_test',
        bindingsSaidBy: { userId: 'usr_test', token: null },
      }),
    )
  const stored = async () => {
    const { result: intent } = await stepOne()
    const { secretBytes } = await import('../secret-input.js')
    const put = () =>
      vault.putSecret({ ...intent, purpose: 'INJECTION', value: secretBytes('sk-one-123456789'), bindings: BINDINGS })
    return { intent, put }
  }

  it('gives the intent up after step 1, and TOMB: the vault refuses the put that comes late', async () => {
    const { intent, put } = await stored()
    expect(await settleIntents(deps, 0)).toBe(1)
    expect((await versionsOf(intent.secretId)).map(({ state }) => state)).toEqual(['abandoned'])
    await expect(put()).rejects.toMatchObject({ code: 'CONFLICT' })
    expect(await listed()).toEqual([])
  })

  it('brings the version into force after step 2, with feed row and audit row', async () => {
    const { intent, put } = await stored()
    await put()
    expect(await listed()).toEqual([])
    await settleIntents(deps, 0)
    expect(await listed()).toEqual(['A_KEY'])
    expect(await events()).toEqual(['secret.creation-started', 'secret.created'])
    expect(await db('feed').where({ kind: 'secret', id: intent.secretId })).toHaveLength(1)
  })

  it('CAS: leaves nothing to change for a slow writer, whether it activated the version or gave it up', async () => {
    const { intent, put } = await stored()
    await put()
    await settleIntents(deps, 0)
    const late = await deps.commitChange(ACTOR, (trx) => activate(trx, intent))
    expect(late.result).toEqual({ state: 'active', byUs: false })
    expect(await db('feed').where({ kind: 'secret', id: intent.secretId })).toHaveLength(1)

    await db('secrets').update({ name: 'B_KEY' })
    const { result: second } = await stepOne()
    await settleIntents(deps, 0)
    const given = await deps.commitChange(ACTOR, (trx) => activate(trx, second))
    expect(given.result).toEqual({ state: 'abandoned', byUs: false })
    expect(await listed()).toEqual(['B_KEY'])
  })

  it('finishes the destruction after step 3 or 4', async () => {
    const secretId = await create()
    vault.failNext('destroyVersions', 'before')
    await replace(secretId, 'sk-two-123456789')
    expect((await versionsOf(secretId)).map(({ state }) => state)).toEqual(['superseded', 'active'])
    expect(await finishDestructions(deps)).toBe(1)
    expect((await versionsOf(secretId)).map(({ state }) => state)).toEqual(['destroyed', 'active'])
  })

  it('leaves young intents to their writers, and settles an old one once even if several run', async () => {
    await stepOne()
    expect(await settleIntents(deps)).toBe(0)
    const counts = await Promise.all([settleIntents(deps, 0), settleIntents(deps, 0), settleIntents(deps, 0)])
    expect(counts.reduce((sum, count) => sum + count)).toBe(1)
  })

  it('shreds a deleted organization once', async () => {
    await db('organizations').where({ id: organizationId }).update({ state: 'deleted', deleted_at: db.fn.now() })
    await finishShredding(deps)
    await finishShredding(deps)
    expect(vault.calls('shredOrganization')).toBe(1)
    expect((await events()).at(-1)).toBe('organization.shredded')
  })

  it('reads no row of organizations when none is to be shredded, however many there are', async () => {
    await db.transaction(async (trx) => {
      await trx.raw(
        `INSERT INTO organizations (id, slug, name, state)
         SELECT 'org_' || n, 'many-' || n, 'Many', 'active' FROM generate_series(1, 2000) n`,
      )
      expect(await rowsRead(trx, 'organizations', () => finishShredding({ ...deps, db: trx }))).toBe(0)
    })
  })
})

describe('120 rows that the vault refuses and that are first in order', () => {
  const ADDED = 120
  /** Adds more refused versions than one run takes. */
  const refusedVersions = async (secretId: string, state: 'superseded' | 'pending', columns: object) => {
    const [version] = await db('secret_versions').where('secret_id', secretId)
    for (let at = 0; at < ADDED; at += 1) {
      const owner = state === 'pending' ? await anotherSecret(secretId, `!${at}`) : {}
      await db('secret_versions').insert({ ...version, ...owner, id: `!${at}`, state, ...columns })
    }
  }
  /** A secret has at most one intent, so each needs a secret of its own. */
  const anotherSecret = async (secretId: string, id: string) => {
    await db('secrets').insert({ ...(await db('secrets').where({ id: secretId }).first()), id, name: id })
    return { secret_id: id }
  }
  const LONG_AGO = new Date(0)

  it('do not keep a replaced value from being destroyed before the answer', async () => {
    const secretId = await create()
    const [old] = await versionsOf(secretId)
    await refusedVersions(secretId, 'superseded', { superseded_at: LONG_AGO })
    await replace(secretId, 'sk-two-123456789')
    expect(vault.stateOf(old?.id ?? '')).toBe('destroyed')
  })

  it('do not keep the reconciler from destroying another version', async () => {
    const secretId = await create()
    const [old] = await versionsOf(secretId)
    vault.failNext('destroyVersions', 'before')
    await replace(secretId, 'sk-two-123456789')
    await refusedVersions(secretId, 'superseded', { superseded_at: LONG_AGO })
    expect(vault.stateOf(old?.id ?? '')).toBe('stored')
    expect(await finishDestructions(deps)).toBe(1)
    expect(vault.stateOf(old?.id ?? '')).toBe('destroyed')
  })

  it('do not keep another intent from being settled', async () => {
    const secretId = await create()
    vault.failNext('putSecret', 'after')
    vault.failNext('settleVersion', 'before')
    await expect(replace(secretId, 'sk-two-123456789')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await refusedVersions(secretId, 'pending', { created_at: LONG_AGO })
    expect(await settleIntents(deps, 0)).toBe(1)
    expect(await valueInForce(secretId)).toBe('sk-two-123456789')
  })

  it('do not keep another deleted organization from being shredded', async () => {
    const row = await db('organizations').where({ id: organizationId }).first()
    const deleted = { state: 'deleted', deleted_at: LONG_AGO }
    for (let at = 0; at < ADDED; at += 1) await db('organizations').insert({ ...row, id: `!${at}`, ...deleted })
    await db('organizations').where({ id: organizationId }).update(deleted)
    expect(await finishShredding(deps)).toBe(1)
    expect((await events()).at(-1)).toBe('organization.shredded')
    await db('organizations').whereLike('id', '!%').delete()
  })
})

async function aServiceUsing(secretId: string): Promise<string> {
  const id = newId('service')
  await db('services').insert({
    id,
    organization_id: organizationId,
    slug: 'payments',
    name: 'Payments',
    base_url: 'https://api.example.com',
    auth: '{}',
    extra_headers: '[]',
    methods: [],
    paths: [],
    limits: '[]',
    timeout_ms: 1_000,
  })
  await db('service_secrets').insert({ organization_id: organizationId, service_id: id, secret_id: secretId })
  return id
}
