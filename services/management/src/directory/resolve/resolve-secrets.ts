import type { ResolvedSecret } from '@protectmyapi/protos/generated/directory/v1/ResolvedSecret'
import type { ResolveSecretsRequest__Output } from '@protectmyapi/protos/generated/directory/v1/ResolveSecretsRequest'
import type { ResolveSecretsResponse } from '@protectmyapi/protos/generated/directory/v1/ResolveSecretsResponse'
import type { Clock } from '@protectmyapi/service-kit/clock'
import {
  GRANT_SECRETS_MAX,
  SERVICE_GRANT_LIFE_MS_MAX,
  SERVICE_GRANT_TYP,
  type ServiceGrantClaims,
} from '@protectmyapi/service-kit/credentials/grant'
import { SECRET_NAME } from '@protectmyapi/service-kit/destinations/bindings'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Peer } from '@protectmyapi/service-kit/grpc/spiffe'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { createTurns } from '../../fairness/turns.js'
import { findInternalService, type InternalServiceRow } from '../../internal-services/internal-service-rows.js'
import type { HeldKeys } from '../../keys/held-keys.js'
import { type SigningKeyRow, signingKeyInForce } from '../../keys/signing-key-rows.js'
import { drawOne } from '../admit/rate-buckets.js'
import { createRecordGrant } from './record-grant.js'

const LIMITS = {
  /** Per identity. Each process of a service asks twice a minute, for everything that it holds. */
  rate: { count: 600, periodMs: 60_000, burst: 300 },
  /** All calls of one identity wait for its bucket, so only a few of them may hold a connection. */
  turns: { atOnce: 2, waitingMax: 512, waitingPerOwnerMax: 128 },
} as const

export interface ResolveSecretsDeps {
  readonly db: Knex
  readonly keys: Pick<HeldKeys, 'sign'>
  readonly clock: Clock
}

/** LABEL: version id and generation from one row, read together. */
interface BoundSecret {
  readonly secretId: string
  readonly versionId: string
  readonly generation: number
  readonly name: string
  readonly expiresMs: number
}

/** Everything that an answer rests on, read together. */
interface Read {
  readonly service: InternalServiceRow
  readonly bound: ReadonlyMap<string, BoundSecret>
  readonly grantKey: SigningKeyRow | undefined
}

/**
 * What a registered identity may lease of what it names, with a grant for exactly the versions in force, made out to
 * the caller's certificate. The answer does not tell whether a secret is absent or bound elsewhere.
 *
 * The function throws Fault RATE_LIMITED, FORBIDDEN, INVALID_REQUEST, UNAVAILABLE.
 */
export function createResolveSecrets({ db, keys, clock }: ResolveSecretsDeps) {
  const record = createRecordGrant(db)
  const turns = createTurns('questions of internal services', LIMITS.turns)
  return async ({ names }: ResolveSecretsRequest__Output, peer: Peer): Promise<ResolveSecretsResponse> => {
    await turns.take(peer.spiffeId, () => drawForIdentity(db, peer.spiffeId))
    checkNames(names)
    // READTIME: the grant's life counts from before the read that it rests on.
    const readMs = clock.wallMs()
    // One snapshot, as for a route: nothing from before a change is granted together with anything from after it.
    const { service, bound, grantKey } = await db.transaction((trx) => readAll(trx, peer.spiffeId, names), {
      isolationLevel: 'repeatable read',
      readOnly: true,
    })
    const granted = [...bound.values()].filter(({ expiresMs }) => expiresMs > readMs)
    const lifeMs = Math.min(SERVICE_GRANT_LIFE_MS_MAX, ...granted.map(({ expiresMs }) => expiresMs - readMs))
    if (granted.length > 0) await record({ service, secrets: granted, atMs: readMs })
    return {
      organizationId: service.organizationId,
      results: names.map((name) => resultOf(name, bound.get(name), readMs)),
      grant:
        granted.length === 0 || !grantKey
          ? ''
          : await keys.sign(grantKey, SERVICE_GRANT_TYP, claimsOf(service, granted, peer, readMs, lifeMs)),
      lifeMs,
    }
  }
}

/** Drawn before anything is looked at, whatever the outcome, and also for identities that are not registered. */
async function drawForIdentity(db: Knex, spiffeId: string): Promise<void> {
  const limited = await drawOne(db, ['resolve-secrets', spiffeId], LIMITS.rate)
  if (limited)
    throw new Fault('RATE_LIMITED', `too many questions of ${spiffeId}`, {
      retryAfterSeconds: limited.retryAfterMs / 1_000,
    })
}

function checkNames(names: readonly string[]): void {
  if (names.length >= 1 && names.length <= GRANT_SECRETS_MAX && new Set(names).size === names.length) return
  const say = `Name 1 to ${GRANT_SECRETS_MAX} secrets, each only once.`
  throw new Fault('INVALID_REQUEST', `${names.length} names`, { say, errors: [{ pointer: '/names', detail: say }] })
}

async function readAll(trx: Knex, spiffeId: string, names: readonly string[]): Promise<Read> {
  const service = await findInternalService(trx, spiffeId)
  if (!service)
    throw new Fault('FORBIDDEN', `${spiffeId} is not registered`, {
      say: 'This identity is not registered as an internal service. Ask an operator to register it for one organization.',
    })
  const bound = await boundSecrets(trx, service, names)
  return { service, bound, grantKey: bound.size === 0 ? undefined : await signingKeyInForce(trx, 'grant') }
}

async function boundSecrets(
  trx: Knex,
  { organizationId, spiffeId }: InternalServiceRow,
  names: readonly string[],
): Promise<ReadonlyMap<string, BoundSecret>> {
  const records = await trx('secrets')
    .where({ organization_id: organizationId, state: 'active' })
    // A value given where its name belongs must not enter a statement, because Postgres may be told to log that.
    .whereIn(
      'name',
      names.filter((name) => SECRET_NAME.test(name)),
    )
    .whereRaw("bindings -> 'services' @> to_jsonb(?::text)", [spiffeId])
    .select<{ id: string; version_id: string; generation: string; name: string; expires_at: Date | null }[]>(
      'id',
      'version_id',
      'generation',
      'name',
      'expires_at',
    )
  return new Map(
    records.map((record) => [
      record.name,
      {
        secretId: record.id,
        versionId: record.version_id,
        generation: Number(record.generation),
        name: record.name,
        expiresMs: record.expires_at?.getTime() ?? Number.POSITIVE_INFINITY,
      },
    ]),
  )
}

function resultOf(name: string, secret: BoundSecret | undefined, readMs: number): ResolvedSecret {
  if (!secret) return { name, fault: 'SECRET_NOT_FOUND' }
  const { secretId, versionId, generation, expiresMs } = secret
  if (expiresMs <= readMs) return { name, fault: 'SECRET_EXPIRED' }
  return { name, granted: { secretId, versionId, generation, name } }
}

function claimsOf(
  service: InternalServiceRow,
  granted: readonly BoundSecret[],
  peer: Peer,
  readMs: number,
  lifeMs: number,
): ServiceGrantClaims {
  return {
    sub: peer.spiffeId,
    cnf: { 'x5t#S256': peer.thumbprint },
    org: service.organizationId,
    isv: service.id,
    sec: granted.map(({ secretId, versionId, generation }) => ({ id: secretId, ver: versionId, gen: generation })),
    iat: readMs / 1_000,
    exp: (readMs + lifeMs) / 1_000,
  }
}
