import type { Clock } from '@protectmyapi/service-kit/clock'
import type { PrivateUpstreams } from '@protectmyapi/service-kit/destinations/upstream-url'
import { every } from '@protectmyapi/service-kit/every'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import type { RedisClient } from '@protectmyapi/service-kit/redis/redis'
import type { Telemetry } from '@protectmyapi/service-kit/telemetry/telemetry'
import type { Express } from 'express'
import { buildAccessLog } from './access-log/build-access-log.js'
import { buildAnalytics } from './analytics/build-analytics.js'
import { PRESETS } from './api-services/presets/presets.js'
import { serviceRoutes } from './api-services/service-routes.js'
import { usesOf } from './api-services/uses-of.js'
import { appRoutes } from './apps/app-routes.js'
import { appSessionRoutes } from './apps/app-session-routes.js'
import { debugTokenRoutes, deviceRoutes } from './apps/device-routes.js'
import { linkRoutes } from './apps/link-routes.js'
import { buildCredentials } from './attestation/credentials/build-credentials.js'
import { auditRoutes } from './audit/audit-routes.js'
import { buildSigning } from './chain/build-signing.js'
import type { UnsignedWatch } from './chain/unsigned-watch.js'
import type { ManagementConfig } from './config.js'
import { createEarlySnapshot } from './export/early-snapshot.js'
import { createExportSlots } from './export/export-slots.js'
import type { Feed } from './feed/build-feed.js'
import { type AppDeps, createApp } from './http/app.js'
import type { Route } from './http/route.js'
import { createIdempotencyRecords, type IdempotencyRecords } from './idempotency/idempotency-records.js'
import { internalServiceRoutes } from './internal-services/internal-service-routes.js'
import type { HeldKeys } from './keys/held-keys.js'
import { invitationRoutes } from './orgs/invitation-routes.js'
import { memberRoutes } from './orgs/member-routes.js'
import { orgRoutes } from './orgs/org-routes.js'
import { findOrg } from './orgs/org-store.js'
import { createAuthenticate } from './people/authenticate.js'
import type { PasswordHasher } from './people/password-hasher.js'
import { peopleRoutes } from './people/people-routes.js'
import { setUpRoutes } from './people/set-up-routes.js'
import { createSignInLimits } from './people/sign-in-limits.js'
import { buildSecrets } from './secrets/build-secrets.js'
import { finishShredding } from './secrets/write-protocol/reconcile.js'
import { type ManagementMeasures, NO_MEASURES } from './telemetry/management-measures.js'
import type { CallProxy } from './test-call/call-proxy.js'
import { testCallRoutes } from './test-call/test-call-routes.js'
import { tokenRoutes } from './tokens/token-routes.js'
import { pruneTokens } from './tokens/token-rows.js'
import type { VaultClient } from './vault/vault-client.js'
import { buildVerify, type Verifying } from './verify/build-verify.js'

/** Time between two prunings of what has ended: sign-ins, attempts, idempotency records, tokens. */
const PRUNE_PERIOD_MS = 10 * 60_000

/** What the REST side is made of; tests build it without the gRPC side. */
export interface RestParts {
  readonly db: Knex
  readonly feed: Feed
  readonly vault: VaultClient
  readonly hasher: PasswordHasher
  readonly clock: Clock
  readonly log: Logger
  readonly privateUpstreams: PrivateUpstreams
  readonly accessLogDays: number
  readonly keys: Pick<HeldKeys, 'sign'>
  /** Null: no proxy is known, so no test call is made. */
  readonly callProxy: CallProxy | null
  /** Null: no proxy keeps access records in Redis. */
  readonly redis: RedisClient | null
  readonly telemetry?: Telemetry
  readonly measures?: ManagementMeasures
}

export interface Rest {
  readonly routes: readonly Route[]
  readonly records: IdempotencyRecords
  readonly unsigned: UnsignedWatch
  readonly verifyAll: Verifying['ofAll']
  /** Begins the background work. */
  start(): void
  stop(): Promise<void>
}

/** Every route of the REST side, and the work behind it. */
export function buildRest(parts: RestParts): Rest {
  const { db, feed, hasher, clock, log, redis, privateUpstreams, telemetry, measures = NO_MEASURES } = parts
  const { commitChange, waitUntilSeen } = feed
  const limits = createSignInLimits(db, clock)
  const secretDeps = { ...parts, commitChange, waitUntilSeen, usesOf, presets: PRESETS }
  const secrets = buildSecrets(secretDeps)
  const credentials = buildCredentials({ db, vault: parts.vault, commitChange, log, telemetry })
  const exports = {
    db,
    clock,
    commitChange,
    slots: createExportSlots('exports'),
    snapshot: createEarlySnapshot(parts, 'exports'),
  }
  const told = { clock, log, telemetry, measures }
  const accessLog = buildAccessLog({ ...exports, ...told, redis, retentionDays: parts.accessLogDays })
  const analytics = buildAnalytics({ db, clock, log, telemetry })
  const signing = buildSigning({ db, vault: parts.vault, ...told })
  const verifying = buildVerify({ db, vault: parts.vault, clock, keptDays: parts.accessLogDays })
  const people = { db, commitChange, hasher, limits, log }
  const catalog = { db, commitChange, waitUntilSeen, privateUpstreams }
  const records = createIdempotencyRecords(db)
  let endPruning: (() => Promise<void>) | undefined
  return {
    records,
    unsigned: signing.unsigned,
    verifyAll: verifying.ofAll,
    routes: [
      ...setUpRoutes(people),
      ...peopleRoutes(people),
      ...tokenRoutes({ db, commitChange }),
      ...orgRoutes({ db, commitChange, log, finishShredding: () => finishShredding(secretDeps) }),
      ...memberRoutes(people),
      ...invitationRoutes(people),
      ...secrets.routes,
      ...internalServiceRoutes({ db }),
      ...serviceRoutes(catalog),
      ...testCallRoutes({ db, commitChange, clock, keys: parts.keys, callProxy: parts.callProxy }),
      ...appRoutes(catalog),
      ...debugTokenRoutes(catalog),
      ...deviceRoutes(catalog),
      ...appSessionRoutes(catalog),
      ...credentials.routes,
      ...linkRoutes(catalog),
      ...accessLog.routes,
      ...analytics.routes,
      ...auditRoutes(exports),
      ...verifying.routes,
    ],
    start() {
      secrets.start()
      credentials.start()
      accessLog.start()
      analytics.start()
      signing.start()
      endPruning = every(PRUNE_PERIOD_MS, 'prune', { log, telemetry }, async () => {
        await limits.prune()
        await records.prune()
        await pruneTokens(db)
      })
    },
    async stop() {
      await Promise.all([
        secrets.stop(),
        credentials.stop(),
        accessLog.stop(),
        analytics.stop(),
        signing.stop(),
        endPruning?.(),
      ])
    },
  }
}

/** The Express application of the REST side. */
export function buildApp(
  rest: Rest,
  { db, feed, log }: Pick<RestParts, 'db' | 'feed' | 'log'>,
  outside: Pick<ManagementConfig, 'publicOrigin' | 'trustedProxies'> &
    Pick<AppDeps, 'notReady' | 'watch' | 'dashboard'>,
): Express {
  return createApp({
    routes: rest.routes,
    records: rest.records,
    authenticate: createAuthenticate({ db, publicOrigin: outside.publicOrigin }),
    findOrg: (principal, idOrSlug) => findOrg(db, principal, idOrSlug),
    everythingInForce: () => feed.waitUntilSeen.everything(),
    publicOrigin: outside.publicOrigin,
    trustedProxies: outside.trustedProxies,
    notReady: outside.notReady,
    dashboard: outside.dashboard,
    watch: outside.watch,
    log,
  })
}
