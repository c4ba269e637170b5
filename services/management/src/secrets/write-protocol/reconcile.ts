import { passRefused } from '@protectmyapi/service-kit/pass-refused'
import { systemActor } from '../../audit/audit-entry.js'
import { createCommitOnly } from '../../feed/commit-change.js'
import type { VersionRef } from '../../vault/vault-client.js'
import type { SecretDeps } from '../secret-deps.js'
import { destroyVersion } from './destroy-versions.js'
import { abandon, activate } from './write-steps.js'

export const RECONCILER_LIMITS = {
  periodMs: 2_000,
  /** Longer than the deadline of a PutSecret (4 s): the writer of a younger intent may still be at work. */
  intentAgeMs: 5_000,
  /** Finished in one run. The rest waits for the next. */
  batchMax: 100,
} as const

const RECONCILER = systemActor('reconciler')

type Deps = Pick<SecretDeps, 'db' | 'vault' | 'waitUntilSeen' | 'log'>

/**
 * Settles intents that a crash or an absence of the vault left pending, within 10 s once the vault is there. It cannot
 * know whether the writer is dead or only slow; TOMB and CAS make both cases safe. Answers how many were settled.
 */
export function settleIntents(deps: Deps, ageMs: number = RECONCILER_LIMITS.intentAgeMs): Promise<number> {
  return finishEach(deps, {
    due: async (except) => {
      const { rows } = await deps.db.raw<{ rows: DueRow[] }>(
        `SELECT id FROM secret_versions
         WHERE state = 'pending' AND created_at <= clock_timestamp() - ? * interval '1 millisecond' AND NOT id = ANY (?)
         ORDER BY created_at LIMIT ?`,
        [ageMs, [...except], RECONCILER_LIMITS.batchMax],
      )
      return rows
    },
    finish: ({ id }) => settle(deps, id),
    refused: 'an intent was refused and skipped: check its row',
  })
}

/** Undefined if another replica has settled the intent or is about to. */
async function settle({ db, vault, log }: Deps, id: string): Promise<true | undefined> {
  const { result } = await createCommitOnly(db)(RECONCILER, async (trx) => {
    const version = await lockIntent(trx, id)
    if (!version) return { result: undefined, feed: [], audit: [] }
    // TOMB: the vault closes the version before it is given up here, so a put that is still under way will fail.
    const settlement = await vault.settleVersion(version)
    const change = settlement === 'STORED' ? await activate(trx, version) : await abandon(trx, version)
    return { ...change, result: { ...version, settlement } }
  })
  if (!result) return undefined
  const { secretId, versionId, settlement } = result
  log.info({ secretId, versionId, settlement }, 'an intent was settled')
  return true
}

/** Locks the secret's row first, as writers do. With SKIP LOCKED, replicas share the work. */
async function lockIntent(trx: SecretDeps['db'], id: string): Promise<VersionRef | undefined> {
  const { rows } = await trx.raw<{ rows: VersionRef[] }>(
    `SELECT version.organization_id AS "organizationId", version.secret_id AS "secretId", version.id AS "versionId"
     FROM secret_versions AS version JOIN secrets AS secret ON secret.id = version.secret_id
     WHERE version.id = ? AND version.state = 'pending' FOR UPDATE OF secret SKIP LOCKED`,
    [id],
  )
  return rows[0]
}

/**
 * Finishes destructions. Proxies that have not seen a change yet may still lease superseded versions by their grants,
 * so this waits for everything committed before it has the versions destroyed.
 */
export function finishDestructions(deps: Deps): Promise<number> {
  return finishEach(deps, {
    due: async (except) => {
      const rows: (DueRow & { organizationId: string; secretId: string })[] = await deps
        .db('secret_versions')
        .where('state', 'superseded')
        .whereRaw('NOT id = ANY (?)', [[...except]])
        .orderBy('superseded_at')
        .limit(RECONCILER_LIMITS.batchMax)
        .select({ id: 'id', organizationId: 'organization_id', secretId: 'secret_id' })
      if (rows.length > 0) await deps.waitUntilSeen.everything()
      return rows
    },
    finish: (version) => destroyVersion(deps, version),
    refused: 'a destruction was refused and skipped: check the row of the version',
  })
}

/**
 * Has the data keys of deleted organizations destroyed once no proxy can use anything of theirs. Their intents are
 * settled like all others.
 */
export function finishShredding(deps: Deps): Promise<number> {
  return finishEach(deps, {
    due: async (except) => {
      const rows: DueRow[] = await deps
        .db('organizations')
        .where('state', 'deleted')
        .whereNull('shredded_at')
        .whereRaw('NOT id = ANY (?)', [[...except]])
        .limit(RECONCILER_LIMITS.batchMax)
        .select('id')
      if (rows.length > 0) await deps.waitUntilSeen.everything()
      return rows
    },
    finish: ({ id }) => shred(deps, id),
    refused: 'a shredding was refused and skipped: check the row of the organization',
  })
}

async function shred({ db, vault, log }: Deps, id: string): Promise<true | undefined> {
  await vault.shredOrganization(id)
  const { result } = await createCommitOnly(db)(RECONCILER, async (trx) => {
    const marked = await trx('organizations')
      .where({ id, state: 'deleted' })
      .whereNull('shredded_at')
      .update({ shredded_at: trx.raw('clock_timestamp()') })
    const audit = marked === 1 ? [{ organizationId: id, event: 'organization.shredded', targetId: id }] : []
    return { result: marked === 1, feed: [], audit }
  })
  if (!result) return undefined
  log.info({ organizationId: id }, 'an organization was shredded')
  return true
}

interface DueRow {
  readonly id: string
}

interface Unfinished<Row extends DueRow> {
  /** A batch of unfinished rows, without those that this run has already looked at. */
  due(except: readonly string[]): Promise<readonly Row[]>
  /** Undefined if nothing was left to be done. */
  finish(row: Row): Promise<true | undefined>
  /** Log message for each row that the vault or the database refuses. */
  readonly refused: string
}

/** Looks at each row once in a run. Refused rows do not use up the batch. Answers how many rows it finished. */
async function finishEach<Row extends DueRow>(
  { log }: Pick<Deps, 'log'>,
  { due, finish, refused }: Unfinished<Row>,
): Promise<number> {
  const looked: string[] = []
  let finished = 0
  while (finished < RECONCILER_LIMITS.batchMax) {
    const rows = await due(looked)
    if (rows.length === 0) break
    for (const row of rows) {
      looked.push(row.id)
      if (await passRefused(finish(row), (err) => log.error({ err, id: row.id }, refused))) finished += 1
    }
  }
  return finished
}
