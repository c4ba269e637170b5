import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { CredentialDeps } from './credential-deps.js'
import { destroyRetired } from './destroy-credentials.js'

const LIMITS = {
  /** A put ends within the vault's deadlines, which are 6 s together. What is pending for longer was left behind. */
  pendingMsMax: 30_000,
} as const

/**
 * Does what crashes and outages require of the credentials. Safe to repeat, and safe when several managements run it at
 * once.
 *
 * @throws Fault UNAVAILABLE while the vault is away.
 */
export async function tendCredentials(
  deps: Pick<CredentialDeps, 'db' | 'vault' | 'log'>,
  pendingMsMax: number = LIMITS.pendingMsMax,
): Promise<void> {
  await giveUpLeftBehind(deps.db, pendingMsMax)
  await destroyRetired(deps)
}

/**
 * Nobody was told of such a credential. If its put is only slow, it finds the row retired and is refused (CAS). Not on
 * the trail, because nothing came into force.
 */
async function giveUpLeftBehind(db: Knex, pendingMsMax: number): Promise<void> {
  await db('attestation_credentials')
    .where({ state: 'pending' })
    .whereRaw(`created_at <= clock_timestamp() - ? * interval '1 millisecond'`, [pendingMsMax])
    .update({ state: 'retired', retired_at: db.raw('clock_timestamp()') })
}
