import { newId } from '@protectmyapi/service-kit/ids'
import { buildAdmission } from './admit/build-admission.js'
import { grpcSync } from './freshness/grpc-sync.js'
import { keepSynced } from './freshness/keep-synced.js'
import { createKeeper } from './freshness/keeper.js'
import { every, systemSchedule } from './freshness/schedule.js'
import { buildLeases } from './lease/build-leases.js'
import { grpcResolveRoute } from './routes/grpc-resolve-route.js'
import { createRouteSource } from './routes/held-routes.js'
import { grpcExchangeDebugToken } from './sessions/grpc-exchange.js'
import { grpcSessionKeys } from './sessions/grpc-session-keys.js'
import { createSessionKeys } from './sessions/session-keys.js'
import { createSessionVerifier } from './sessions/verify-session.js'

const LIMITS = {
  /** How long the start waits for a first answer; it goes on trying behind. */
  firstAnswerMs: 5_000,
  /** Between two looks at old floors and at answers past the horizon. */
  tendEveryMs: 1_000,
  /** For handing over what is not on record yet. */
  handOverMs: 5_000,
}
export function createDataPlane({
  directory,
  vault,
  clock,
  log,
  redis = null,
  schedule = systemSchedule,
  bootId = newId('boot'),
}) {
  const keeper = createKeeper({ clock, log })
  const keys = createSessionKeys({ keeper, clock, log, listSessionKeys: grpcSessionKeys(directory) })
  const sessions = createSessionVerifier({ keeper, clock, keys })
  const routes = createRouteSource({ keeper, clock, log, sessions, resolveRoute: grpcResolveRoute(directory) })
  const leases = buildLeases({ vault, redis, keeper, clock, schedule, log, forgetRoute: routes.forget })
  const admission = buildAdmission({ directory, redis, bootId, clock, schedule, log })
  let syncing
  let stopTending = () => {}
  return {
    freshness: keeper,
    routes,
    leases,
    admission,
    exchangeDebugToken: grpcExchangeDebugToken(directory),
    jwks: async () => ({ keys: await keys.all() }),
    ready: () => keeper.isCurrent(),
    async start() {
      syncing = keepSynced({ feed: keeper, open: grpcSync(directory), bootId, clock, schedule, log })
      stopTending = every(schedule, LIMITS.tendEveryMs, () => keeper.tend())
      await firstOf(syncing.answered, schedule, LIMITS.firstAnswerMs)
    },
    async stop() {
      await admission.close(LIMITS.handOverMs)
      leases.close()
      stopTending()
      syncing?.stop()
    },
  }
}
/** Waits, but not for ever. */
function firstOf(done, schedule, atMostMs) {
  return new Promise((resolve) => {
    const cancel = schedule(resolve, atMostMs)
    void done.then(() => {
      cancel()
      resolve()
    })
  })
}
//# sourceMappingURL=data-plane.js.map
