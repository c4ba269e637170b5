import type { DirectoryClient } from '@protectmyapi/protos/generated/directory/v1/Directory'
import type { VaultClient } from '@protectmyapi/protos/generated/vault/v1/Vault'
import type { Clock } from '@protectmyapi/service-kit/clock'
import type { ReloadingClient } from '@protectmyapi/service-kit/grpc/grpc-client'
import { newId } from '@protectmyapi/service-kit/ids'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import type { Admission } from './admit/admission.js'
import { buildAdmission } from './admit/build-admission.js'
import type { Turnstile } from './fairness/turnstile.js'
import type { Freshness } from './freshness/freshness.js'
import { grpcSync } from './freshness/grpc-sync.js'
import { keepSynced, type SyncKeeping } from './freshness/keep-synced.js'
import { createKeeper } from './freshness/keeper.js'
import { NO_PEERS, watchPeers } from './freshness/peers.js'
import { every, type Schedule, systemSchedule } from './freshness/schedule.js'
import { buildLeases } from './lease/build-leases.js'
import type { LeaseSource } from './lease/lease-source.js'
import type { RedisLink } from './redis/redis-link.js'
import { grpcResolveRoute } from './routes/grpc-resolve-route.js'
import { createRouteSource } from './routes/held-routes.js'
import type { RouteSource } from './routes/route.js'
import { type Attest, grpcAttest } from './sessions/grpc-attest.js'
import { grpcSessionKeys } from './sessions/grpc-session-keys.js'
import { limitAttest } from './sessions/limit-attest.js'
import { createSessionKeys, type PublishedJwk } from './sessions/session-keys.js'
import { createSessionVerifier } from './sessions/verify-session.js'
import { NO_MEASURES, type ProxyMeasures } from './telemetry/proxy-measures.js'

const LIMITS = {
  /** How long the start waits for a first answer. Trying goes on in the background. */
  firstAnswerMs: 5_000,
  /** Between two looks at old floors and at answers past the horizon. */
  tendEveryMs: 1_000,
  /** For handing over what is not on record yet. */
  handOverMs: 5_000,
} as const

export type Impairment = 'management-silent' | 'horizon-passed' | 'redis-away'

/**
 * All that stands between the pipeline and the authorities: keeps their answers fresh, shares them, and records access.
 */
export interface DataPlane {
  readonly freshness: Freshness
  readonly routes: RouteSource
  readonly leases: LeaseSource
  readonly admission: Admission
  readonly attest: Attest
  /** For `/.well-known/jwks.json`. @throws Fault UNAVAILABLE. */
  jwks(): Promise<{ readonly keys: readonly PublishedJwk[] }>
  /**
   * Whether requests may be sent here: the horizon is ahead, or it has passed and no other proxy is known to be better
   * off. If all proxies were taken out at once, clients would find no server in place of a 503 that says when to try
   * again.
   */
  ready(): boolean
  /** Current state, for metrics. */
  state(): DataPlaneState
  /** What is away, although the proxy stays ready: all proxies lack the same, so none of them is less fit to serve. */
  impaired(): readonly Impairment[]
  /** Resolves with the first answered Sync, or after a while without one. Trying goes on in the background. */
  start(): Promise<void>
  /** To be called when the last request has ended. Hands over what is not on record yet, within its grace. */
  stop(): Promise<void>
}

/** Current state. */
export interface DataPlaneState {
  /** Time until the horizon passes; below 0 once it has, -Infinity before the first answered Sync. */
  readonly horizonMs: number
  readonly applied: number
  readonly held: Readonly<Record<'routes' | 'leases' | 'sessions', number>>
  readonly entries: number
  readonly doubtful: number
  readonly quotaStocks: number
}

export interface DataPlaneDeps {
  readonly directory: Pick<ReloadingClient<DirectoryClient>, 'current' | 'leave'>
  readonly vault: Pick<ReloadingClient<VaultClient>, 'current'>
  readonly clock: Clock
  readonly log: Logger
  /** Null: admission goes through management alone, and leases are not shared. */
  readonly redis?: RedisLink | null
  readonly schedule?: Schedule
  /** BOOT: random, one per process start; never a pod's name. */
  readonly bootId?: string
  /** The turnstile through which requests come here. */
  readonly turnstile: Pick<Turnstile, 'isShared'>
  readonly measures?: ProxyMeasures
}

export function createDataPlane({
  directory,
  vault,
  clock,
  log,
  redis = null,
  schedule = systemSchedule,
  bootId = newId('boot'),
  turnstile,
  measures = NO_MEASURES,
}: DataPlaneDeps): DataPlane {
  const keeper = createKeeper({ clock, log })
  const keys = createSessionKeys({ keeper, clock, log, listSessionKeys: grpcSessionKeys(directory) })
  const sessions = createSessionVerifier({ keeper, clock, keys })
  const routes = createRouteSource({ keeper, clock, log, sessions, resolveRoute: grpcResolveRoute(directory) })
  const leases = buildLeases({ vault, redis, keeper, clock, schedule, log, forgetRoute: routes.forget, measures })
  const admission = buildAdmission({ directory, redis, bootId, clock, schedule, log, turnstile, measures })
  const peers = redis ? watchPeers({ redis, bootId, isCurrent: keeper.isCurrent, schedule, log }) : NO_PEERS
  const hasServed = (): boolean => keeper.aheadForMs() !== Number.NEGATIVE_INFINITY
  let syncing: SyncKeeping | undefined
  let stopTending = (): void => {}

  return {
    freshness: keeper,
    routes,
    leases,
    admission,
    attest: limitAttest(grpcAttest(directory), clock),
    jwks: async () => ({ keys: await keys.all() }),
    ready: () => keeper.isCurrent() || (hasServed() && !peers.anotherIsCurrent()),
    state: () => ({
      ...admission.sizes(),
      horizonMs: keeper.aheadForMs(),
      applied: keeper.applied(),
      held: { routes: routes.size(), leases: leases.size(), sessions: sessions.size() },
    }),
    impaired: () => [
      ...(keeper.isLate() ? (['management-silent'] as const) : []),
      ...(hasServed() && !keeper.isCurrent() ? (['horizon-passed'] as const) : []),
      ...(redis && !redis.isUsable() ? (['redis-away'] as const) : []),
    ],
    async start() {
      syncing = keepSynced({ feed: keeper, open: grpcSync(directory), bootId, clock, schedule, log })
      stopTending = every(schedule, LIMITS.tendEveryMs, () => keeper.tend())
      await firstOf(syncing.answered, schedule, LIMITS.firstAnswerMs)
    },
    async stop() {
      await admission.close(LIMITS.handOverMs)
      leases.close()
      peers.stop()
      stopTending()
      syncing?.stop()
    },
  }
}

/** Resolves when `done` does, or after `atMostMs`. */
function firstOf(done: Promise<void>, schedule: Schedule, atMostMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cancel = schedule(resolve, atMostMs)
    void done.then(() => {
      cancel()
      resolve()
    })
  })
}
