import { memoryLog } from '@protectmyapi/dev-kit/memory-log'
import { type Clock, systemClock } from '@protectmyapi/service-kit/clock'
import { newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { moveInboxBatch } from '../access-log/inbox/move-inbox-batch.js'
import { tendPartitions } from '../access-log/store/tend-partitions.js'
import { appendAudit } from '../audit/append-audit.js'
import { type AppendedHeads, appendingIn, createAppendedHeads, rememberAppended } from '../chain/appended-heads.js'
import { createSignHeads, type SignHeads } from '../chain/sign-heads.js'
import { toInboxEntry } from '../directory/record/access-entry.js'
import { writeInbox } from '../directory/record/access-inbox.js'
import type { ChainSource } from '../verify/chain-source.js'
import type { Progress, Verdict } from '../verify/verdict.js'
import { accessEntry } from './access-entries.js'
import { type MemoryVault, memoryVault } from './memory-vault.js'
import { type MigratedDatabase, migratedDatabase } from './migrated-database.js'
import { verifyNow } from './verify-now.js'

/** The chains over a real Postgres, as its superuser, with a vault in memory. */
export interface ChainHarness {
  readonly db: Knex
  readonly target: MigratedDatabase['target']
  readonly vault: MemoryVault
  /** Sets the vault's clock. Undefined: the system's. */
  setVaultClock(nowMs: number | undefined): void
  /** Puts entries on record and drains them, which appends one link. `at`: in this transaction, with this time. */
  log(organizationId: string, entries?: number, at?: { readonly db: Knex; readonly atMs: number }): Promise<void>
  /** Makes audited changes in one transaction, which appends one link. */
  audit(organizationId: string | null, events?: readonly string[]): Promise<void>
  /** Signs as the management whose turn it is, without a memory of appended links. */
  signHeads(): Promise<void>
  /** Another management, which remembers only the links that are appended from now on. */
  management(clock: Clock): SignHeads & { readonly appended: AppendedHeads }
  /** Lines that were logged as errors. */
  errors(): readonly Readonly<Record<string, unknown>>[]
  lines(source: ChainSource, reading?: Knex): Promise<readonly (Progress | Verdict)[]>
  verdict(source: ChainSource, reading?: Knex): Promise<Verdict>
  close(): Promise<void>
}

export async function chainHarness(): Promise<ChainHarness> {
  const { db, target, close } = await migratedDatabase()
  await tendPartitions(db, 90)
  let nowMs: number | undefined
  const vault = memoryVault(() => nowMs ?? Date.now())
  const { log, lines: logged } = memoryLog()
  const signing = { db, vault, log }
  const harness: ChainHarness = {
    db,
    target,
    vault,
    setVaultClock(given) {
      nowMs = given
    },
    async log(organizationId, entries = 3, at = { db, atMs: Date.now() }) {
      const bootId = newId('boot')
      const made = Array.from({ length: entries }, (_, index) =>
        toInboxEntry(bootId, accessEntry({ organizationId, shard: 1, sequence: index + 1, atMs: at.atMs })),
      )
      await writeInbox(at.db, made)
      await moveInboxBatch(at.db)
    },
    async audit(organizationId, events = ['secret.created', 'secret.replaced']) {
      const actor = { kind: 'user', id: 'usr_1', requestId: 'req_1' } as const
      const entries = events.map((event) => ({
        organizationId,
        event,
        targetId: 'sec_1',
        details: { name: 'A_KEY', n: 1 },
      }))
      await appendingIn(db, async (trx) => ({ appended: await appendAudit(trx, actor, entries) }))
    },
    signHeads: createSignHeads({ ...signing, clock: systemClock, appended: createAppendedHeads(systemClock) }).ofAll,
    management(clock) {
      const appended = createAppendedHeads(clock)
      rememberAppended(db, appended)
      return { ...createSignHeads({ ...signing, clock, appended }), appended }
    },
    errors: () => logged().filter(({ level }) => level === 'error'),
    async lines(source, reading = db) {
      const lines: (Progress | Verdict)[] = []
      for await (const line of verifyNow({ db: reading, vault }, source)) lines.push(line)
      return lines
    },
    async verdict(source, reading) {
      const last = (await harness.lines(source, reading)).at(-1)
      if (last?.type !== 'verdict') throw new Error('it ended without a verdict')
      return last
    },
    close,
  }
  return harness
}
