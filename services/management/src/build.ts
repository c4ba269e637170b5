import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Logger } from '@protectmyapi/service-kit/log'
import { connectPostgres, type Knex, type PostgresTarget } from '@protectmyapi/service-kit/postgres'
import { shutdownOnce } from '@protectmyapi/service-kit/shutdown'
import { spiffeId } from '@protectmyapi/service-kit/spiffe'
import { watchMaterial } from '@protectmyapi/service-kit/tls-material'
import type { PrivateUpstreams } from '@protectmyapi/service-kit/upstream-url'
import type { Express } from 'express'
import { buildAccessLog } from './access-log/build-access-log.js'
import { PRESETS } from './api-services/presets/presets.js'
import { serviceRoutes } from './api-services/service-routes.js'
import { usesOf } from './api-services/uses-of.js'
import { appRoutes } from './apps/app-routes.js'
import { debugTokenRoutes, deviceRoutes } from './apps/device-routes.js'
import { linkRoutes } from './apps/link-routes.js'
import { auditRoutes } from './audit/audit-routes.js'
import { every } from './background/every.js'
import type { ManagementConfig } from './config.js'
import { buildDirectory } from './directory/build-directory.js'
import { buildFeed, type Feed } from './feed/build-feed.js'
import { createApp } from './http/app.js'
import { listenHttp } from './http/listen-http.js'
import type { Route } from './http/route.js'
import { createHeldKeys } from './keys/held-keys.js'
import { invitationRoutes } from './orgs/invitation-routes.js'
import { memberRoutes } from './orgs/member-routes.js'
import { findOrg } from './orgs/org-store.js'
import { orgRoutes } from './orgs/org-routes.js'
import { createAuthenticate } from './people/authenticate.js'
import { createPasswordHasher, type PasswordHasher } from './people/password-hasher.js'
import { peopleRoutes } from './people/people-routes.js'
import { prepareFirstRun } from './people/set-up.js'
import { setUpRoutes } from './people/set-up-routes.js'
import { createSignInLimits, type SignInLimits } from './people/sign-in-limits.js'
import { buildSecrets, type Secrets } from './secrets/build-secrets.js'
import { finishShredding } from './secrets/reconcile.js'
import { createGrpcVault } from './vault/grpc-vault-client.js'
import type { VaultClient } from './vault/vault-client.js'

const LIMITS = {
  /** Requests under way may end: a write waits for the data plane, a horizon at most. */
  requestGraceMs: 10_000,
  callGraceMs: 2_000,
  shutdownMs: 20_000,
  /** Between two prunings of ended sign-ins and old attempts. */
  prunePeriodMs: 10 * 60_000,
} as const

export interface RunningManagement {
  readonly restPort: number
  readonly directoryPort: number
  /** Ends it in order; may be called more than once. */
  close(): Promise<void>
}

/** What the REST side is made of; tests build it without the gRPC side. */
export interface RestParts {
  readonly db: Knex
  readonly target: PostgresTarget
  readonly feed: Feed
  readonly vault: VaultClient
  readonly hasher: PasswordHasher
  readonly clock: Clock
  readonly log: Logger
  readonly privateUpstreams: PrivateUpstreams
  readonly accessLogDays: number
}

export interface Rest {
  readonly routes: readonly Route[]
  readonly limits: SignInLimits
  /** Begins the background work. */
  start(): void
  stop(): Promise<void>
}

/** Every route of the REST side, and the work behind it. */
export function buildRest(parts: RestParts): Rest {
  const { db, feed, hasher, log, privateUpstreams } = parts
  const { commitChange, waitUntilSeen } = feed
  const limits = createSignInLimits(db)
  const secretDeps = { ...parts, commitChange, waitUntilSeen, usesOf, presets: PRESETS }
  const secrets: Secrets = buildSecrets(secretDeps)
  const accessLog = buildAccessLog({ db, log, retentionDays: parts.accessLogDays })
  const people = { db, commitChange, hasher, limits, log }
  const catalog = { db, commitChange, privateUpstreams }
  let endPruning: (() => Promise<void>) | undefined
  return {
    limits,
    routes: [
      ...setUpRoutes(people),
      ...peopleRoutes(people),
      ...orgRoutes({ db, commitChange, log, finishShredding: () => finishShredding(secretDeps) }),
      ...memberRoutes(people),
      ...invitationRoutes(people),
      ...secrets.routes,
      ...serviceRoutes(catalog),
      ...appRoutes(catalog),
      ...debugTokenRoutes(catalog),
      ...deviceRoutes(catalog),
      ...linkRoutes(catalog),
      ...accessLog.routes,
      ...auditRoutes({ db }),
    ],
    start() {
      secrets.start()
      accessLog.start()
      endPruning = every(LIMITS.prunePeriodMs, 'prune sign-ins', log, () => limits.prune())
    },
    async stop() {
      await Promise.all([secrets.stop(), accessLog.stop(), endPruning?.()])
    },
  }
}

/** The REST side as an application. */
export function buildApp(
  rest: Rest,
  { db, feed, log }: Pick<RestParts, 'db' | 'feed' | 'log'>,
  outside: Pick<ManagementConfig, 'publicOrigin' | 'trustedProxies'> & { notReady: () => Promise<string | undefined> },
): Express {
  return createApp({
    routes: rest.routes,
    authenticate: createAuthenticate({ db, publicOrigin: outside.publicOrigin }),
    findOrg: (principal, idOrSlug) => findOrg(db, principal, idOrSlug),
    everythingInForce: () => feed.waitUntilSeen.everything(),
    trustedProxies: outside.trustedProxies,
    notReady: outside.notReady,
    log,
  })
}

/** Every part of management is named on this page. It listens before the vault is there, and is ready once keys are held. */
export async function startManagement(config: ManagementConfig, { log, clock }: { log: Logger; clock: Clock }): Promise<RunningManagement> {
  const { trustDomain, namespace } = config
  if (config.privateUpstreams.size > 0) log.warn({ hosts: [...config.privateUpstreams] }, 'these upstream hosts are exempt from https and public addresses')
  const material = await watchMaterial(config.tls, log)
  const db = connectPostgres(config.db, 'protectmyapi-management')
  const vault = createGrpcVault({ address: config.vaultAddress, serverId: spiffeId(trustDomain, namespace, 'vault'), material })
  const feed = buildFeed({ db, target: config.db, clock, log })
  const keys = createHeldKeys({ db, vault: vault.vault, clock, log })
  const hasher = await createPasswordHasher()
  const parts: RestParts = { ...config, db, target: config.db, feed, vault: vault.vault, hasher, clock, log }
  const rest = buildRest(parts)
  const directory = buildDirectory({ ...config.directory, db, tail: feed.tail, keys, clock, log, material, horizonMs: config.horizonMs, trustDomain, namespace })
  let ending = false
  const app = buildApp(rest, parts, { ...config, notReady: () => obstacleOf(db, keys, () => ending) })

  await feed.start()
  await prepareFirstRun({ db, commitChange: feed.commitChange, hasher, log }, config.firstRun)
  keys.start()
  rest.start()
  const directoryPort = await directory.start()
  const http = await listenHttp(config.http, app)

  const close = shutdownOnce(
    [
      { name: 'readiness', run: () => void (ending = true) },
      // The directory last of the two: writers under way wait for proxies, which report through it.
      { name: 'requests', run: () => http.close(LIMITS.requestGraceMs) },
      { name: 'calls', run: () => directory.stop(LIMITS.callGraceMs) },
      { name: 'background work', run: () => rest.stop() },
      { name: 'signing keys', run: () => keys.stop() },
      { name: 'feed', run: () => feed.stop() },
      { name: 'vault client', run: () => vault.close() },
      { name: 'certificates', run: () => material.stop() },
      { name: 'database', run: () => db.destroy() },
    ],
    LIMITS.shutdownMs,
    log,
  )
  return { restPort: http.port, directoryPort, close }
}

async function obstacleOf(db: Knex, keys: { ready(): boolean }, ending: () => boolean): Promise<string | undefined> {
  if (ending()) return 'This process is ending.'
  if (!keys.ready()) return 'The signing keys are not held yet: the vault is away.'
  await db.raw('SELECT 1')
  return undefined
}
