import type { ResolveRouteRequest__Output } from '@protectmyapi/protos/generated/directory/v1/ResolveRouteRequest'
import type { ResolveRouteResponse } from '@protectmyapi/protos/generated/directory/v1/ResolveRouteResponse'
import type { Clock } from '@protectmyapi/service-kit/clock'
import { GRANT_LIFE_MS_MAX, GRANT_TYP, type GrantClaims } from '@protectmyapi/service-kit/credentials/grant'
import { SESSION_PREFIX } from '@protectmyapi/service-kit/credentials/tokens'
import type { Peer } from '@protectmyapi/service-kit/grpc/spiffe'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { AppLimits, limitsToWire } from '../../api-services/limits.js'
import { AppQuotas, OrgQuotas, quotasToWire } from '../../api-services/quotas.js'
import { routeFields } from '../../api-services/route-fields.js'
import { createTurns, type TurnLimits, type Turns } from '../../fairness/turns.js'
import type { FeedEntry } from '../../feed/feed-entry.js'
import type { HeldKeys } from '../../keys/held-keys.js'
import { type SigningKeyRow, signingKeyInForce } from '../../keys/signing-key-rows.js'
import { feedOf } from '../../keys/withdraw-keys.js'
import { labelToWire } from '../sync/feed-wire.js'
import { type IdentifiedApp, identifyApp } from './identify-app.js'
import { type LinkedService, linkedService } from './linked-service.js'
import { type RouteSecret, routeSecrets } from './route-secrets.js'

const LIMITS = {
  /**
   * Routes that are read at once, together fewer than the pool has connections, so that no Sync waits for them.
   * Sessions were verified by the proxy; app tokens can be made up by anyone, so they have turns of their own and
   * cannot stop the sessions. Even the last of those who wait has its turn within a proxy's deadlines, 3 s.
   */
  bySession: { atOnce: 4, waitingMax: 2_048 },
  byAppToken: { atOnce: 2, waitingMax: 512 },
} as const

type Limits = Readonly<Record<keyof typeof LIMITS, Pick<TurnLimits, 'atOnce' | 'waitingMax'>>>

export interface ResolveRouteDeps {
  readonly db: Knex
  readonly keys: Pick<HeldKeys, 'sign'>
  readonly clock: Clock
}

/** Everything that a route rests on, read together. */
interface RouteRead extends IdentifiedApp, LinkedService {
  readonly secrets: readonly RouteSecret[]
  /** Undefined if there is nothing to grant. */
  readonly grantKey: SigningKeyRow | undefined
}

/**
 * One app's route to one service, with a grant for exactly the versions in force, made out to the caller's certificate.
 *
 * The function throws Fault: those of identifyApp, then of linkedService, then of routeSecrets, and UNAVAILABLE.
 */
export function createResolveRoute({ db, keys, clock }: ResolveRouteDeps, limits: Limits = LIMITS) {
  const bySession = createTurns('routes of sessions', limits.bySession)
  const byAppToken = createTurns('routes of app tokens', limits.byAppToken)
  const turnsOf = (credential: string): Turns => (credential.startsWith(SESSION_PREFIX) ? bySession : byAppToken)

  return async ({ credential, service }: ResolveRouteRequest__Output, peer: Peer): Promise<ResolveRouteResponse> => {
    const { read, readMs } = await turnsOf(credential).take('everybody', async () => {
      // READTIME: the lives of route and grant count from before the read that they rest on.
      const readMs = clock.wallMs()
      // One snapshot, so that no mixture of before and after a change can be granted, whatever commits meanwhile.
      const read = await db.transaction((trx) => readRoute(trx, credential, service, readMs), {
        isolationLevel: 'repeatable read',
        readOnly: true,
      })
      return { read, readMs }
    })
    const lifeMs = Math.min(GRANT_LIFE_MS_MAX, ...read.secrets.map(({ expiresMs }) => expiresMs - readMs))
    const fields = routeFields(read.service)
    return {
      organizationId: read.app.organizationId,
      appId: read.app.id,
      serviceId: read.service.id,
      labels: labelsOf(read).map(labelToWire),
      target: fields.target,
      injection: fields.injection,
      limits: [...fields.limits, ...limitsToWire(AppLimits.parse(read.app.limits), 'all services')],
      secrets: read.secrets.map(({ secretId, versionId, generation, name }) => ({
        secretId,
        versionId,
        generation,
        name,
      })),
      grant:
        read.grantKey === undefined
          ? ''
          : await keys.sign(read.grantKey, GRANT_TYP, grantClaims(read, fields.origin, peer, readMs, lifeMs)),
      lifeMs,
      platform: read.app.platform,
      unattested: read.unattested,
      quotas: [
        ...quotasToWire(OrgQuotas.parse(read.app.organizationQuotas)),
        ...quotasToWire(AppQuotas.parse(read.app.quotas)),
      ],
    }
  }
}

async function readRoute(trx: Knex, credential: string, slug: string, nowMs: number): Promise<RouteRead> {
  const identified = await identifyApp(trx, credential, nowMs)
  const linked = await linkedService(trx, identified, slug)
  const secrets = await routeSecrets(trx, linked.service, routeFields(linked.service).secretIds, nowMs)
  const grantKey = secrets.length === 0 ? undefined : await signingKeyInForce(trx, 'grant')
  return { ...identified, ...linked, secrets, grantKey }
}

/** A link that exists is at its first generation: removing it feeds the second. */
const LINK_GENERATION = 1

/** LABEL: the route falls as soon as any of these is overtaken. */
function labelsOf({ app, service, linkId, secrets, grantKey }: RouteRead): FeedEntry[] {
  return [
    { kind: 'organization', id: app.organizationId, generation: app.organizationGeneration },
    { kind: 'lease-keys', id: app.organizationId, generation: app.leaseKeysGeneration },
    ...(linkId === null ? [] : [{ kind: 'app' as const, id: app.id, generation: app.generation }]),
    { kind: 'service', id: service.id, generation: service.generation },
    ...(linkId === null ? [] : [{ kind: 'link' as const, id: linkId, generation: LINK_GENERATION }]),
    ...secrets.map(({ secretId, generation }): FeedEntry => ({ kind: 'secret', id: secretId, generation })),
    // The grant's key, so that nothing rests on a key that was withdrawn because it had leaked.
    ...(grantKey ? [feedOf(grantKey)] : []),
  ]
}

function grantClaims(
  { app, service, secrets }: RouteRead,
  origin: string,
  peer: Peer,
  readMs: number,
  lifeMs: number,
): GrantClaims {
  return {
    sub: peer.spiffeId,
    cnf: { 'x5t#S256': peer.thumbprint },
    org: app.organizationId,
    app: app.id,
    svc: service.id,
    sec: secrets.map(({ secretId, versionId, generation }) => ({ id: secretId, ver: versionId, gen: generation })),
    ori: [origin],
    iat: readMs / 1_000,
    exp: (readMs + lifeMs) / 1_000,
  }
}
