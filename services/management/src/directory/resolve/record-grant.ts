import { newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { canonicalJson } from '../../http/canonical-json.js'
import type { InternalServiceRow } from '../../internal-services/internal-service-rows.js'
import { noteUses } from '../../internal-services/service-uses.js'
import { writeInbox } from '../record/access-inbox.js'

/** What an internal service is about to be granted. */
export interface Grant {
  readonly service: InternalServiceRow
  readonly secrets: readonly {
    readonly secretId: string
    readonly versionId: string
    readonly generation: number
    readonly name: string
  }[]
  readonly atMs: number
}

/**
 * Puts grants to internal services on record before they leave: in the organization's access log, by the same way as
 * proxies' entries, and as the last use of each secret. The record says what may be leased; the vault knows what was.
 *
 * The function throws what Postgres throws; nothing may be granted then.
 */
export function createRecordGrant(db: Knex): (grant: Grant) => Promise<void> {
  const bootId = newId('boot')
  let sequence = 0
  return async ({ service, secrets, atMs }) => {
    sequence += 1
    const { organizationId } = service
    const place = { bootId, shard: 0, sequence, kind: 'granted', requestId: newId('request') } as const
    const entry = {
      internalService: { id: service.id, name: service.name, spiffeId: service.spiffeId },
      secrets: secrets.map(({ secretId, versionId, generation, name }) => ({
        id: secretId,
        version: versionId,
        generation,
        name,
      })),
    }
    await db.transaction(async (trx) => {
      await writeInbox(trx, [{ ...place, atMs, organizationId, content: canonicalJson(entry) }])
      const secretIds = secrets.map(({ secretId }) => secretId)
      await noteUses(trx, service, secretIds, atMs)
    })
  }
}
