import type { ListSessionKeysResponse } from '@protectmyapi/protos/generated/directory/v1/ListSessionKeysResponse'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { sessionIssuer } from '../../keys/signing-key-rows.js'
import { labelToWire } from '../sync/feed-wire.js'

/** Shorter than the feed's window (WINDOW), as for everything that a proxy holds. */
const LIFE_MS = 5 * 60_000

/**
 * The public halves that verify app sessions. The function throws Fault UNAVAILABLE until the first session key is
 * made.
 */
export function createListSessionKeys(db: Knex): () => Promise<ListSessionKeysResponse> {
  return async () => {
    const { installationId, keys } = await sessionIssuer(db)
    if (keys.length === 0) throw new Fault('UNAVAILABLE', 'no session key has been made yet: the vault is away')
    return {
      jwks: JSON.stringify({ keys: keys.map(({ publicJwk }) => publicJwk) }),
      labels: keys.map(({ id, generation }) => labelToWire({ kind: 'signing-key', id, generation })),
      issuer: installationId,
      lifeMs: LIFE_MS,
    }
  }
}
