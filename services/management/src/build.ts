import type { Clock } from '@protectmyapi/service-kit/clock'
import { spiffeId } from '@protectmyapi/service-kit/grpc/spiffe'
import { watchMaterial } from '@protectmyapi/service-kit/grpc/tls-material'
import { watchServed } from '@protectmyapi/service-kit/http/served-certificate'
import { forgetSessions } from '@protectmyapi/service-kit/postgres/forget-sessions'
import { connectPostgres, type Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { watchLogLevel } from '@protectmyapi/service-kit/program/log-level'
import { shutdownOnce } from '@protectmyapi/service-kit/program/shutdown'
import { connectRedis } from '@protectmyapi/service-kit/redis/redis'
import { openTelemetry } from '@protectmyapi/service-kit/telemetry/open-telemetry'
import { watchPostgres } from '@protectmyapi/service-kit/telemetry/postgres-metrics'
import { watchRpcClient } from '@protectmyapi/service-kit/telemetry/rpc-metrics'
import { withinMs } from '@protectmyapi/service-kit/within-ms'
import { buildVerifiers } from './attestation/build-verifiers.js'
import { buildApp, buildRest } from './build-rest.js'
import type { ManagementConfig } from './config.js'
import { buildDirectory } from './directory/build-directory.js'
import { buildFeed } from './feed/build-feed.js'
import { listenHttp } from './http/listen-http.js'
import { buildKeyRotation } from './keys/build-key-rotation.js'
import { createHeldKeys, type HeldKeys } from './keys/held-keys.js'
import { createPasswordHasher } from './people/password-hasher.js'
import { prepareFirstRun } from './people/set-up.js'
import { createManagementMeasures } from './telemetry/management-measures.js'
import { tellState } from './telemetry/tell-state.js'
import { watchRest } from './telemetry/watch-rest.js'
import { createCallProxy } from './test-call/call-proxy.js'
import { createGrpcVault } from './vault/grpc-vault-client.js'

const LIMITS = {
  /** Time that requests under way have to end: a write waits for the data plane, for a horizon at most. */
  requestGraceMs: 10_000,
  callGraceMs: 2_000,
  shutdownMs: 20_000,
  /** Shorter than probes wait. */
  probeMs: 1_500,
} as const

export interface RunningManagement {
  readonly restPort: number
  readonly directoryPort: number
  /** Ends everything in order; may be called more than once. */
  close(): Promise<void>
}

interface Ports {
  readonly log: Logger
  readonly clock: Clock
}

/**
 * Starts management. This file and build-rest.ts name every part of it. It listens before the vault is available, and
 * is ready once it holds the signing keys.
 */
export async function startManagement(config: ManagementConfig, { log, clock }: Ports): Promise<RunningManagement> {
  const { trustDomain, namespace, horizonMs, privateUpstreams } = config
  if (privateUpstreams.size > 0) {
    log.warn({ hosts: [...privateUpstreams] }, 'these upstream hosts are exempt from https and public addresses')
  }
  const endLogLevel = watchLogLevel(log, { usual: config.logLevel, file: config.telemetry.logLevelFile })
  const telemetry = await openTelemetry(config.telemetry, { service: 'management', log })
  const measures = createManagementMeasures(telemetry)
  const material = await watchMaterial(config.tls, log)
  const certificate = config.certificate && (await watchServed(config.certificate, log))
  const db = forgetSessions(connectPostgres(config.db, 'protectmyapi-management'))
  const dataPlaneDb = connectPostgres(config.dataPlaneDb, 'protectmyapi-management-data-plane')
  watchPostgres(db, 'management', telemetry)
  watchPostgres(dataPlaneDb, 'management_data_plane', telemetry)
  const serverId = spiffeId(trustDomain, namespace, 'vault')
  const calls = watchRpcClient(telemetry)
  const { vault, close: closeVault } = createGrpcVault({ address: config.vaultAddress, serverId, material, calls })
  const feed = buildFeed({ db, dataPlaneDb, target: config.db, clock, log, telemetry, measures })
  const keys = createHeldKeys({ db: dataPlaneDb, vault, clock, log, telemetry })
  const { waitUntilSeen } = feed
  const rotation = buildKeyRotation({ db, vault, waitUntilSeen, keyDaysMax: config.signingKeyDays, log, telemetry })
  const hasher = await createPasswordHasher()
  const redis = config.redis && connectRedis(config.redis, 'protectmyapi-management', log)
  const callProxy = config.proxyUrl && createCallProxy(config.proxyUrl)
  const rest = buildRest({
    ...config,
    db,
    feed,
    vault,
    hasher,
    clock,
    log,
    redis,
    keys,
    callProxy,
    telemetry,
    measures,
  })
  const verifiers = buildVerifiers({ ...config, db, vault, clock, log, telemetry })
  const gate = { trustDomain, namespace, material }
  const directory = buildDirectory({
    ...config.directory,
    ...gate,
    db,
    dataPlaneDb,
    feed,
    keys,
    verifyAll: rest.verifyAll,
    verifiers,
    clock,
    log,
    horizonMs,
    telemetry,
  })
  const ending = { begun: false }
  const watch = watchRest(telemetry, measures)
  const notReady = () => obstacleOf(dataPlaneDb, keys, ending)
  const app = buildApp(rest, { db, feed, log }, { ...config, watch, notReady })

  await feed.start()
  await prepareFirstRun({ db, commitChange: feed.commitChange, hasher, log }, config.firstRun)
  keys.start()
  rotation.start()
  rest.start()
  verifiers.start()
  const directoryPort = await directory.start()
  const http = await listenHttp({ ...config.http, certificate }, app)
  const hasRedis = redis !== null
  const { unsigned } = rest
  const endTelling = tellState({ db, log, telemetry, feed, directory, keys, drain: measures.drain, unsigned, hasRedis })
  await telemetry.start()

  const steps = [
    { name: 'readiness', run: () => beginEnding(ending) },
    // Before the directory, because writers under way wait for proxies, which report through it.
    { name: 'requests', run: () => http.close(LIMITS.requestGraceMs) },
    { name: 'calls', run: () => directory.stop(LIMITS.callGraceMs) },
    { name: 'verifiers of proofs', run: () => verifiers.stop() },
    { name: 'background work', run: () => rest.stop() },
    { name: 'reading backlogs', run: endTelling },
    // After the last drain.
    { name: 'Redis', run: () => redis?.disconnect() },
    { name: 'rotation of signing keys', run: () => rotation.stop() },
    { name: 'signing keys', run: () => keys.stop() },
    { name: 'feed', run: () => feed.stop() },
    { name: 'vault client', run: closeVault },
    { name: 'certificates', run: () => material.stop() },
    { name: 'certificate of the REST side', run: () => certificate?.stop() },
    { name: 'database', run: () => db.destroy() },
    { name: 'database of the data plane', run: () => dataPlaneDb.destroy() },
    { name: 'log level', run: endLogLevel },
    // Last, so that it reports everything before.
    { name: 'telemetry', run: () => telemetry.stop() },
  ]
  return { restPort: http.port, directoryPort, close: shutdownOnce(steps, LIMITS.shutdownMs, log) }
}

interface Ending {
  begun: boolean
}

function beginEnding(ending: Ending): void {
  ending.begun = true
}

/** An exhausted pool counts as a database that does not answer, because the next proxy that asks would wait as well. */
function answersInTime(db: Knex): Promise<boolean> {
  const answers = db.raw('SELECT 1').then(
    () => true,
    () => false,
  )
  return withinMs(answers, LIMITS.probeMs, () => false)
}

/**
 * Names what this process lacks and another may have. A vault that goes away later is away for all of them: if that
 * took them out of service, no proxy could hear from them, and proxies would refuse at their horizon what they could
 * still serve.
 */
async function obstacleOf(db: Knex, keys: Pick<HeldKeys, 'wereHeld'>, ending: Ending): Promise<string | undefined> {
  if (ending.begun) return 'This process is shutting down.'
  if (!keys.wereHeld()) return 'The signing keys are not held yet: the vault is away.'
  return (await answersInTime(db)) ? undefined : 'The database does not answer.'
}
