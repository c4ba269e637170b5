import { INSTALLATION_ORGANIZATION } from '@protectmyapi/service-kit/ids'
import { passRefused } from '@protectmyapi/service-kit/pass-refused'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { systemActor } from '../audit/audit-entry.js'
import { createCommitOnly } from '../feed/commit-change.js'
import type { VaultClient } from '../vault/vault-client.js'
import { type SigningKeyRow, undestroyedKeys } from './signing-key-rows.js'
import { auditOf } from './withdraw-keys.js'

export interface DestroyDeps {
  readonly db: Knex
  readonly vault: Pick<VaultClient, 'destroyVersions'>
  readonly log: Logger
}

const DESTROYER = systemActor('key-rotation')

/**
 * Has the vault erase the private halves of withdrawn keys, and with them the pinned keys by which it believes grants.
 * Each lease looks up the pinned key in its own transaction. Idempotent: the next call finds what a crash or an outage
 * left behind. Answers the ids of keys that the vault refuses to erase: as a rule, rows forged in the database.
 *
 * @throws Fault UNAVAILABLE while the vault is away.
 */
export async function destroyWithdrawn(deps: DestroyDeps): Promise<readonly string[]> {
  const refused: string[] = []
  for (const key of await undestroyedKeys(deps.db))
    await passRefused(destroy(deps, key), (err) => {
      refused.push(key.id)
      deps.log.error(
        { err, kid: key.id },
        'the erasing of a withdrawn signing key was refused and skipped: check its row in signing_keys',
      )
    })
  return refused
}

async function destroy({ db, vault }: DestroyDeps, key: SigningKeyRow): Promise<void> {
  await vault.destroyVersions(INSTALLATION_ORGANIZATION, key.secretId, [key.id])
  await markDestroyed(db, key)
}

async function markDestroyed(db: Knex, key: SigningKeyRow): Promise<void> {
  await createCommitOnly(db)(DESTROYER, async (trx) => {
    const marked = await trx('signing_keys')
      .where({ id: key.id, state: 'retired' })
      .whereNull('destroyed_at')
      .update({ destroyed_at: trx.raw('clock_timestamp()') })
    return { result: undefined, feed: [], audit: marked === 1 ? [auditOf('signing-key.destroyed', key)] : [] }
  })
}
