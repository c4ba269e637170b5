import { Directory } from '@protectmyapi/protos/directory'
import type { DirectoryHandlers } from '@protectmyapi/protos/generated/directory/v1/Directory'
import type { Clock } from '@protectmyapi/service-kit/clock'
import { asFault } from '@protectmyapi/service-kit/faults'
import {
  closeGrpcServer,
  createGrpcServer,
  listenGrpc,
  MutualTlsServerCredentials,
  unary,
} from '@protectmyapi/service-kit/grpc/grpc-server'
import { refuseEarly } from '@protectmyapi/service-kit/grpc/refuse-early'
import { isInternalIdentity } from '@protectmyapi/service-kit/grpc/spiffe'
import type { WatchedMaterial } from '@protectmyapi/service-kit/grpc/tls-material'
import { createUnfinishedCalls } from '@protectmyapi/service-kit/grpc/unfinished-calls'
import { outageAsFault } from '@protectmyapi/service-kit/postgres/outage-as-fault'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { watchRpcServer } from '@protectmyapi/service-kit/telemetry/rpc-metrics'
import { NO_TELEMETRY, type Telemetry } from '@protectmyapi/service-kit/telemetry/telemetry'
import type { ProofVerifiers } from '../attestation/proof.js'
import { createTurns } from '../fairness/turns.js'
import type { Feed } from '../feed/build-feed.js'
import type { HeldKeys } from '../keys/held-keys.js'
import { authorizeDirectory } from './access.js'
import { createAdmit } from './admit/admit.js'
import { createDrawQuota } from './quotas/draw-quota.js'
import { createRecordAccess } from './record/record-access.js'
import { createResolveRoute } from './resolve/resolve-route.js'
import { createResolveSecrets } from './resolve/resolve-secrets.js'
import { createExchangeAttestation } from './sessions/exchange-attestation.js'
import { createExchangeDebugToken } from './sessions/exchange-debug-token.js'
import { createIssueChallenge } from './sessions/issue-challenge.js'
import { createListSessionKeys } from './sessions/list-session-keys.js'
import { syncHandler } from './sync/sync.js'
import { createVerifyChains, type VerifyChainsDeps } from './verify-chains.js'

/**
 * Anyone with a publishable app token can ask for challenges, so only a few of these calls hold a connection at a time,
 * and one block of addresses does not hold up the others.
 */
const ATTESTATION_TURNS = { atOnce: 4, waitingMax: 512, waitingPerOwnerMax: 128 } as const

export interface DirectoryDeps {
  /** For calls that anyone may make and that may have to wait: exchanges, and questions of internal services. */
  readonly db: Knex
  /** For what proxies depend on. */
  readonly dataPlaneDb: Knex
  readonly feed: Pick<Feed, 'tail' | 'recordSync'>
  readonly keys: HeldKeys
  readonly verifyAll: VerifyChainsDeps['verifyAll']
  readonly verifiers: ProofVerifiers
  readonly clock: Clock
  readonly log: Logger
  readonly material: WatchedMaterial
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  readonly horizonMs: number
  readonly trustDomain: string
  readonly namespace: string
  readonly telemetry?: Telemetry
}

export interface DirectoryServer {
  /** Returns the port taken. */
  start(): Promise<number>
  /**
   * Takes no new calls; those running end, or are cut after the grace. Sync streams are cut at once: they never end by
   * themselves.
   */
  stop(graceMs: number): Promise<void>
  /** How many Sync streams are open. */
  streams(): number
}

/** The internal gRPC side of management: what proxies and internal services are told, and what proxies report. */
export function buildDirectory(deps: DirectoryDeps): DirectoryServer {
  const { db, dataPlaneDb, feed, keys, clock, log, material, host, port, horizonMs } = deps
  const authorize = authorizeDirectory(deps.trustDomain, deps.namespace)
  const gate = { authorize, log, calls: watchRpcServer(deps.telemetry ?? NO_TELEMETRY) }
  const resolveRoute = createResolveRoute({ db: dataPlaneDb, keys, clock })
  const resolveSecrets = createResolveSecrets({ db, keys, clock })
  const listSessionKeys = createListSessionKeys(dataPlaneDb)
  const admit = createAdmit(dataPlaneDb)
  const recordAccess = createRecordAccess(dataPlaneDb, log)
  const drawQuota = createDrawQuota(dataPlaneDb)
  const exchangeDebugToken = createExchangeDebugToken({ db, keys, clock })
  const turns = createTurns('attestations', ATTESTATION_TURNS)
  const issueChallenge = createIssueChallenge({ db, keys, clock }, turns)
  const exchangeAttestation = createExchangeAttestation({ db, keys, clock }, turns, deps.verifiers)
  const verifyChains = createVerifyChains(deps)
  const streams = syncHandler({ db: dataPlaneDb, feed, horizonMs, authorize, log })
  const handlers: DirectoryHandlers = {
    Sync: streams.handle,
    ResolveRoute: unary(gate, (request, { peer }) => refused(resolveRoute(request, peer))),
    ResolveSecrets: unary(gate, (request, { peer }) => refused(resolveSecrets(request, peer))),
    ListSessionKeys: unary(gate, () => refused(listSessionKeys())),
    Admit: unary(gate, (request) => refused(admit(request))),
    RecordAccess: unary(gate, (request) => refused(recordAccess(request))),
    DrawQuota: unary(gate, (request) => refused(drawQuota(request))),
    ExchangeDebugToken: unary(gate, (request) => refused(exchangeDebugToken(request))),
    IssueChallenge: unary(gate, (request) => refused(issueChallenge(request))),
    ExchangeAttestation: unary(gate, (request) => refused(exchangeAttestation(request))),
    VerifyChains: unary(gate, (request) => refused(verifyChains.answer(request))),
  }
  const isInternal = (id: string): boolean => isInternalIdentity(deps.trustDomain, deps.namespace, id)
  const server = createGrpcServer({ interceptors: [refuseEarly(gate, createUnfinishedCalls(isInternal))] })
  server.addService(Directory.service, { ...handlers })
  return {
    start: () => listenGrpc(server, `${host}:${port}`, new MutualTlsServerCredentials(material)),
    streams: streams.size,
    async stop(graceMs) {
      const closed = closeGrpcServer(server, graceMs)
      streams.cutAll()
      await closed
      await verifyChains.close()
    },
  }
}

/** Turns an outage of Postgres into UNAVAILABLE. */
function refused<T>(work: Promise<T>): Promise<T> {
  return work.catch((thrown: unknown) => {
    throw asFault(outageAsFault(thrown))
  })
}
