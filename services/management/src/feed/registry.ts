import { SYNC_PROOF_BYTES } from '@protectmyapi/service-kit/credentials/sync-proof'
import { Fault } from '@protectmyapi/service-kit/faults'
import { isId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { withMargin } from './feed-limits.js'
import { digestOfProof } from './proof.js'

/** A Sync as it is recorded. */
export interface SyncRecord {
  /** BOOT: random, one per process start; never a pod's name or a certificate. */
  readonly bootId: string
  /** Proof that the sender speaks for the boot: SYNC_PROOF_BYTES, or empty from a proxy of the previous version. */
  readonly proof: Uint8Array
  readonly spiffeId: string
  readonly applied: number
  /** HGRANTED: the same horizon that the answer will state. */
  readonly horizonMs: number
}

/**
 * RECORDFIRST: commits the registry row, alone, before anything is read for the answer. UPSERT: a row that was pruned
 * is made again. Horizons are written with clock_timestamp(), margin included (MARGIN), and never move back. Returns
 * `applied` as recorded.
 *
 * A proxy that claims more than was ever committed, because the database was restored from a backup, counts as one that
 * has applied nothing: it will be told RESET.
 *
 * All proxies share one identity, and each may know another's boot id. So only the proxy that first named a boot, with
 * a proof, is accepted under it. A row of the previous version has no proof yet, and takes the first.
 *
 * @throws Fault INVALID_REQUEST for a boot id, an `applied` or a proof out of shape, FORBIDDEN for another proxy's
 * boot.
 */
export async function recordSync(db: Knex, sync: SyncRecord): Promise<number> {
  const { bootId, proof, spiffeId, applied, horizonMs } = sync
  if (!isId('boot', bootId) || !Number.isSafeInteger(applied) || applied < 0) {
    throw new Fault('INVALID_REQUEST', 'a Sync without a boot id, or with an impossible applied number')
  }
  if (proof.length !== 0 && proof.length !== SYNC_PROOF_BYTES) {
    throw new Fault('INVALID_REQUEST', `a Sync with a proof of ${proof.length} bytes`)
  }
  // DURABLE: the row must survive a crash of Postgres, whatever the server's default is.
  const { rows } = await db.raw<{ rows: { applied: string }[] }>(
    `INSERT INTO proxies (boot_id, proof, spiffe_id, applied, horizon_at)
     SELECT ?, decode(?, 'hex'), ?, CASE WHEN ?::bigint > counter.value THEN 0 ELSE ?::bigint END, clock_timestamp() + ? * interval '1 millisecond'
     FROM feed_counter AS counter,
       (SELECT CASE WHEN current_setting('synchronous_commit') IN ('off', 'local')
          THEN set_config('synchronous_commit', 'on', true) END AS durable) AS d
     ON CONFLICT (boot_id) DO UPDATE SET
       proof = EXCLUDED.proof,
       applied = EXCLUDED.applied,
       horizon_at = greatest(proxies.horizon_at, EXCLUDED.horizon_at)
     WHERE proxies.proof IS NULL OR proxies.proof = EXCLUDED.proof
     RETURNING applied`,
    [bootId, digestOfProof(proof), spiffeId, applied, applied, withMargin(horizonMs)],
  )
  const [recorded] = rows
  if (!recorded) throw new Fault('FORBIDDEN', `a Sync for ${bootId}, without the proof of who said it first`)
  return Number(recorded.applied)
}
