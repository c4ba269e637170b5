import { describe, expect, it } from '@jest/globals'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { newId } from '@protectmyapi/service-kit/ids'
import { moveInboxBatch } from '../access-log/inbox/move-inbox-batch.js'
import { storeMessages } from '../access-log/streams/store-messages.js'
import { appendAudit } from '../audit/append-audit.js'
import { type InboxEntry, toInboxEntry } from '../directory/record/access-entry.js'
import { writeInbox } from '../directory/record/access-inbox.js'
import { accessEntry } from '../test/access-entries.js'
import { chainHarness } from '../test/chain-harness.js'
import { accessLogSource, auditSource } from './chain-source.js'

const harness = await startForAllTests(chainHarness)
const { db } = harness

const DAY_MS = 86_400_000
const logOf = (organizationId: string) => accessLogSource(organizationId, 90)
const linksOf = (chain: string) => db('chain_batches').where({ chain }).orderBy('number')

function message(id: string, entries: readonly InboxEntry[]) {
  const positionOf = new Map(entries.map((entry, index) => [entry, index + 1]))
  return { message: { shard: 1, id, fields: ['boot', 'x'] }, entries, positionOf, setAside: [] }
}

describe('transactions that append to a chain', () => {
  it('make one chain per organization when they run at once: drains of inbox and streams, and changes', async () => {
    const organizations = [newId('organization'), newId('organization'), newId('organization')]
    const entriesOf = (bootId: string) =>
      organizations.map((organizationId, index) =>
        toInboxEntry(bootId, accessEntry({ organizationId, shard: 1, sequence: index + 1 })),
      )
    const boots = Array.from({ length: 8 }, () => newId('boot'))
    await writeInbox(db, boots.flatMap(entriesOf))
    const actor = { kind: 'system', id: 'test', requestId: null } as const
    // In another order each time, because the order of the callers is not the order in which heads are locked.
    const change = (turn: number) => {
      const order = organizations.map((_, index) => organizations[(index + turn) % organizations.length] ?? null)
      const entries = order.map((organizationId) => ({ organizationId, event: 'app.created', targetId: 'x' }))
      return db.transaction((trx) => appendAudit(trx, actor, entries))
    }
    await Promise.all([
      moveInboxBatch(db),
      moveInboxBatch(db),
      ...Array.from({ length: 6 }, (_, turn) => change(turn)),
      ...Array.from({ length: 6 }, (_, turn) => {
        const entries = entriesOf(newId('boot'))
        return storeMessages(db, [message(`${turn}-0`, turn % 2 ? entries : [...entries].reverse())])
      }),
    ])
    for (const organizationId of organizations) {
      const verdict = await harness.verdict(logOf(organizationId))
      expect(verdict).toMatchObject({ ok: true, entries: 14 })
      expect(verdict.through).toBeGreaterThanOrEqual(7)
      expect(await harness.verdict(auditSource(organizationId))).toMatchObject({ ok: true, through: 6, entries: 6 })
    }
  })

  it('leave neither a link without its entries nor entries without their link when they fail', async () => {
    const organizationId = newId('organization')
    await harness.audit(organizationId)
    const actor = { kind: 'system', id: 'test', requestId: null } as const
    const failing = db.transaction(async (trx) => {
      await appendAudit(trx, actor, [{ organizationId, event: 'app.created', targetId: 'x' }])
      throw new Error('crashed before its commit')
    })
    await expect(failing).rejects.toThrow('crashed')
    await harness.audit(organizationId)
    expect(await harness.verdict(auditSource(organizationId))).toMatchObject({ ok: true, through: 2, entries: 4 })
  })
})

describe('a link of the access log', () => {
  it('covers only what came into the log: no repeated entry, no stranger, nothing that was set aside', async () => {
    const organizationId = newId('organization')
    const bootId = newId('boot')
    const entry = (sequence: number, change = {}) =>
      toInboxEntry(bootId, accessEntry({ organizationId, shard: 1, sequence, ...change }))
    await storeMessages(db, [message('1-0', [entry(1), entry(2)])])
    const stranger = entry(2, { requestId: 'req_other' })
    const unreadable = {
      shard: 1,
      message: '2-0',
      position: 9,
      reason: 'unreadable',
      detail: '',
      content: '{',
    } as const
    const second = message('2-0', [entry(1), stranger, entry(3), entry(3, { requestId: 'req_twice' })])
    const drained = await storeMessages(db, [{ ...second, setAside: [unreadable] }])
    expect(drained.setAside.map(({ reason }) => reason).sort()).toEqual(['place-taken', 'place-taken', 'unreadable'])
    await storeMessages(db, [second])
    expect((await linksOf(`access-log/${organizationId}`)).map(({ entries }) => entries)).toEqual([2, 1])
    expect(await harness.verdict(logOf(organizationId))).toMatchObject({ ok: true, entries: 3 })
  })

  it('covers entries of one day: a transaction with entries of two days makes two links', async () => {
    const organizationId = newId('organization')
    const bootId = newId('boot')
    const entries = [-1, 0, 0, -1].map((days, index) =>
      toInboxEntry(
        bootId,
        accessEntry({ organizationId, shard: 1, sequence: index + 1, atMs: Date.now() + days * DAY_MS }),
      ),
    )
    await storeMessages(db, [message('1-0', entries)])
    const links = await linksOf(`access-log/${organizationId}`)
    expect(links.map(({ entries: count }) => count)).toEqual([2, 2])
    expect(new Set(links.map(({ batch }) => batch)).size).toBe(1)
    expect(await harness.verdict(logOf(organizationId))).toMatchObject({ ok: true, through: 2, entries: 4 })
  })

  it('verifies whatever numbers, characters and times its entries hold', async () => {
    const organizationId = newId('organization')
    const bootId = newId('boot')
    const strange = ['\\N\t\n\r\\.', 'a\u0000b', '\ud800', 'é€😀', '\\"\u2028', '__proto__', '1e400']
    const entries = strange.map((path, index) => {
      const atMs = [2, 0, 1, Date.now(), 2 ** 43 + 1, 8_000_000_000_000_001, 253_402_300_800_000][index]
      const made = accessEntry({ organizationId, shard: 1, sequence: index + 1, atMs: atMs ?? 0 })
      const subject = made.subject && {
        ...made.subject,
        path,
        secrets: [{ secretId: 's', versionId: 'v', generation: 2 ** 53, name: path }],
      }
      return toInboxEntry(bootId, { ...made, requestId: `req_\\${index}`, subject })
    })
    // Entries whose time Postgres keeps to the millisecond go in by COPY, the others by INSERT.
    await storeMessages(db, [message('1-0', entries.slice(0, 4))])
    await storeMessages(db, [message('1-1', entries.slice(4))])
    await writeInbox(
      db,
      entries.map((entry) => ({ ...entry, bootId: newId('boot') })),
    )
    await moveInboxBatch(db)
    expect(await harness.verdict(logOf(organizationId))).toMatchObject({ ok: true, through: 3, entries: 14 })
    const ids = await db('access_log')
      .where({ organization_id: organizationId })
      .distinct('request_id')
      .pluck('request_id')
    expect(ids.sort()).toEqual(strange.map((_, index) => `req_\\${index}`))
  })
})
