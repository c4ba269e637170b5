import type { ListSessionKeysResponse } from '@protectmyapi/protos/generated/directory/v1/ListSessionKeysResponse'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { sessionIssuer } from '../../keys/signing-key-rows.js'
import { labelToWire } from '../sync/feed-wire.js'

/** Like everything that a proxy holds, below the feed's window (WINDOW). */
const LIFE_MS = 5 * 60_000

/** The public halves that verify app sessions. The function throws Fault UNAVAILABLE before the first start has made one. */
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
