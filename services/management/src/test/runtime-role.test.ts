import { describe, expect, it } from '@jest/globals'
import { manualClock } from '@protectmyapi/dev-kit/manual-clock'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { writeEntryText } from '@protectmyapi/protos/access-entry-text'
import { privateUpstreams } from '@protectmyapi/service-kit/destinations/upstream-url'
import { newId } from '@protectmyapi/service-kit/ids'
import { createLogger } from '@protectmyapi/service-kit/program/log'
import { moveInboxBatch } from '../access-log/inbox/move-inbox-batch.js'
import { pruneLeftovers, tendPartitions } from '../access-log/store/tend-partitions.js'
import { readMessage } from '../access-log/streams/read-message.js'
import { storeMessages } from '../access-log/streams/store-messages.js'
import { appendAudit } from '../audit/append-audit.js'
import { createAppendedHeads } from '../chain/appended-heads.js'
import { dropOldLinks } from '../chain/drop-old-links.js'
import { createSignHeads } from '../chain/sign-heads.js'
import { signerLease } from '../chain/signer-lease.js'
import { lockBuckets } from '../directory/admit/rate-buckets.js'
import { createDrawQuota } from '../directory/quotas/draw-quota.js'
import { toInboxEntry } from '../directory/record/access-entry.js'
import { writeInbox } from '../directory/record/access-inbox.js'
import { createCommitChange } from '../feed/commit-change.js'
import { pruneFeed } from '../feed/prune-feed.js'
import { readFeed } from '../feed/read-feed.js'
import { recordSync } from '../feed/registry.js'
import { createWaitUntilSeen } from '../feed/wait-until-seen.js'
import { createHeldKeys } from '../keys/held-keys.js'
import { rotateAllKeys } from '../keys/rotate-all-keys.js'
import { tendSigningKeys } from '../keys/tend-signing-keys.js'
import { createSecret } from '../secrets/changes/create-secret.js'
import { deleteSecret } from '../secrets/changes/delete-secret.js'
import { replaceValue } from '../secrets/changes/replace-value.js'
import type { SecretDeps } from '../secrets/secret-deps.js'
import { finishDestructions, finishShredding, settleIntents } from '../secrets/write-protocol/reconcile.js'
import { memoryVault } from './memory-vault.js'
import { runtimeDatabase } from './runtime-database.js'
import { verdictsOfAll } from './verdicts-of-all.js'

const ACTOR = { kind: 'user', id: 'usr_test', requestId: null } as const

const { db } = await startForAllTests(runtimeDatabase)

describe('the database role that management runs as', () => {
  it('may do what the write protocol, the signing keys, the feed and the reconciler do', async () => {
    const clock = manualClock(Date.now())
    const vault = memoryVault()
    const waitUntilSeen = createWaitUntilSeen({ db, clock, sleep: async () => clock.advance(1_000) })
    const commitChange = createCommitChange({ db, waitUntilSeen })
    const log = createLogger('test', 'silent')
    const none = { usesOf: async () => [], presets: [], privateUpstreams: privateUpstreams([]) }
    const deps: SecretDeps = { db, vault, commitChange, waitUntilSeen, ...none, clock, log }
    const organizationId = newId('organization')
    await db('organizations').insert({ id: organizationId, slug: 'test', name: 'Test', state: 'active' })
    const bindings = {
      origins: ['https://a.example.com'],
      placements: [{ kind: 'header', name: 'x-key' }],
      services: [],
    } as const
    const asked = { organizationId, name: 'A_KEY', value: 'one', bindings, expiresAt: null }
    const { result: secretId } = await createSecret(deps, ACTOR, asked)
    await replaceValue(deps, ACTOR, { organizationId, secretId, value: 'two' })
    await deleteSecret(deps, ACTOR, { organizationId, secretId, force: false })
    vault.setAway(true)
    await expect(createSecret(deps, ACTOR, asked)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    vault.setAway(false)
    expect(await settleIntents(deps, 0)).toBe(1)
    await finishDestructions(deps)
    await db('organizations').update({ state: 'deleted' })
    expect(await finishShredding(deps)).toBe(1)
    const keys = createHeldKeys({ db, vault, clock, log })
    await keys.tend()
    expect(keys.ready()).toBe(true)
    await rotateAllKeys(deps, ACTOR, { now: true })
    await tendSigningKeys({ ...deps, keyDaysMax: 90 })
    await recordSync(db, {
      bootId: newId('boot'),
      proof: new Uint8Array(32),
      spiffeId: 'spiffe://x/proxy',
      applied: 0,
      horizonMs: 1_000,
    })
    expect((await readFeed(db, 0)).rows.length).toBeGreaterThan(0)
    await pruneFeed(db)
  })

  it('may do what admission, the access log, rate limits and quotas do', async () => {
    await tendPartitions(db, 90)
    const wire = {
      kind: 'ENTRY_KIND_VOID',
      shard: 0,
      sequence: 1,
      atMs: Date.now(),
      requestId: 'req_1',
      organizationId: 'org_1',
      subject: null,
      outcome: null,
    } as const
    await writeInbox(db, [toInboxEntry(newId('boot'), wire)])
    expect(await moveInboxBatch(db)).toMatchObject({ taken: 1 })
    const message = {
      shard: 0,
      id: '1-1',
      fields: ['boot', newId('boot'), 'entry', writeEntryText(wire), 'entry', '{'],
    }
    expect(await storeMessages(db, [readMessage(message)])).toMatchObject({ taken: 1, setAside: [{ position: 2 }] })
    await db.transaction(async (trx) => {
      const buckets = await lockBuckets(trx, ['a'])
      buckets.draw([{ key: 'a', count: 1, periodMs: 1_000, burst: 1 }])
      await buckets.save()
    })
    const quota = {
      organizationId: 'org_1',
      scope: 'LIMIT_SCOPE_APP',
      subject: 'a',
      period: 'QUOTA_PERIOD_DAY',
    } as const
    const draw = { counter: quota, count: 9, needed: 1, wanted: 1 }
    await createDrawQuota(db)({
      bootId: 'b',
      draws: [draw],
      returns: [{ counter: quota, startsAtMs: Date.now(), units: 1 }],
    })
    await pruneLeftovers(db)
  })

  it('may have chains signed and verified, and drop their links that are older than the log is kept', async () => {
    const clock = manualClock(Date.now())
    const vault = memoryVault(() => Date.now() - 100 * 86_400_000)
    const organizationId = newId('organization')
    const actor = { kind: 'system', id: 'test', requestId: null } as const
    await db.transaction((trx) => appendAudit(trx, actor, [{ organizationId, event: 'x.y', targetId: null }]))
    const lease = signerLease(db, 'boot_1')
    expect(await lease.take()).toBe(true)
    const appended = createAppendedHeads(clock)
    await createSignHeads({ db, vault, clock, log: createLogger('test', 'silent'), appended }).ofAll()
    await lease.giveBack()
    for await (const verdict of verdictsOfAll({ db, vault })) expect(verdict).toMatchObject({ ok: true, breaks: [] })
    const old = { chain: 'access-log/org_1' }
    expect(await db('chain_batches').where(old).select('number')).not.toEqual([])
    await dropOldLinks(db, 90)
    expect(await db('chain_batches').where(old).select('number')).toEqual([])
  })

  it.each([
    'CREATE TABLE mine ()',
    'DROP TABLE feed',
    'DELETE FROM audit',
    `UPDATE audit SET event = 'x'`,
    'DELETE FROM access_log',
    `UPDATE access_log SET kind = 'void'`,
    'TRUNCATE access_log',
    'DELETE FROM chain_batches',
    `UPDATE chain_batches SET entries = 0`,
    'DELETE FROM chain_heads',
    'DELETE FROM chain_checkpoints',
    `UPDATE chain_checkpoints SET count = 0`,
    'DELETE FROM access_set_aside',
    `UPDATE access_set_aside SET reason = 'x'`,
  ])('is refused the statement %s', async (statement) => {
    await expect(db.raw(statement)).rejects.toMatchObject({ code: '42501' })
  })
})
