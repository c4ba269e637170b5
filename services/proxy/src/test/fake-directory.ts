import { credentials, type handleUnaryCall, ServerCredentials, type ServerDuplexStream } from '@grpc/grpc-js'
import { Directory } from '@protectmyapi/protos/directory'
import type { AccessEntry__Output } from '@protectmyapi/protos/generated/directory/v1/AccessEntry'
import type { AdmitRequest__Output } from '@protectmyapi/protos/generated/directory/v1/AdmitRequest'
import type { Bucket__Output } from '@protectmyapi/protos/generated/directory/v1/Bucket'
import type { Decision } from '@protectmyapi/protos/generated/directory/v1/Decision'
import type { DirectoryClient, DirectoryHandlers } from '@protectmyapi/protos/generated/directory/v1/Directory'
import type { DrawQuotaRequest__Output } from '@protectmyapi/protos/generated/directory/v1/DrawQuotaRequest'
import type { DrawQuotaResponse } from '@protectmyapi/protos/generated/directory/v1/DrawQuotaResponse'
import type { FeedRow__Output } from '@protectmyapi/protos/generated/directory/v1/FeedRow'
import type { ListSessionKeysResponse__Output } from '@protectmyapi/protos/generated/directory/v1/ListSessionKeysResponse'
import type { ResolveRouteResponse__Output } from '@protectmyapi/protos/generated/directory/v1/ResolveRouteResponse'
import type { SyncReply } from '@protectmyapi/protos/generated/directory/v1/SyncReply'
import type { SyncRequest__Output } from '@protectmyapi/protos/generated/directory/v1/SyncRequest'
import type { Clock } from '@protectmyapi/service-kit/clock'
import { Fault } from '@protectmyapi/service-kit/faults'
import { toGrpcError } from '@protectmyapi/service-kit/grpc/grpc-fault'
import { closeGrpcServer, createGrpcServer, listenGrpc } from '@protectmyapi/service-kit/grpc/grpc-server'
import type { Label } from '../freshness/label.js'
import { countersFromWire } from './counters-from-wire.js'
import { createGcra } from './gcra.js'
import { createQuotaLedger, type QuotaLedger } from './quota-ledger.js'

type SyncStream = ServerDuplexStream<SyncRequest__Output, SyncReply>

/** A directory over real gRPC, on loopback and without TLS, with its state in this process. */
export interface FakeDirectory {
  readonly client: { current(): DirectoryClient; leave(): void }
  /** What a proxy is told. May be changed during the test. */
  readonly says: {
    horizonMs: number
    route: (credential: string, service: string) => ResolveRouteResponse__Output | Promise<ResolveRouteResponse__Output>
    keys: () => ListSessionKeysResponse__Output
    /** Admit and RecordAccess: there, refusing everything without writing it, or writing and then losing the answer. */
    record: 'there' | 'away' | 'answers lost'
    /** No Sync is answered. */
    mute: boolean
    /** Whether rows are pushed. False: as if LISTEN had failed silently. */
    pushes: boolean
  }
  /** Commits a change: its row is in the feed, and pushed. Returns its number. */
  commit(row: Label): number
  /** By boot id. */
  readonly registry: ReadonlyMap<string, { readonly applied: number; readonly syncs: number }>
  /** In the order of writing, unique by boot, shard and sequence. */
  readonly entries: readonly AccessEntry__Output[]
  readonly admitCalls: readonly number[]
  /** By the same wall clock as limits. */
  readonly quotas: QuotaLedger
  readonly openStreams: number
  /** Cuts all connections, as a restart does; the same port listens again at once. */
  restart(): Promise<void>
  close(): Promise<void>
}

export async function startFakeDirectory(
  clock: Pick<Clock, 'wallMs'>,
  first: Partial<FakeDirectory['says']> = {},
): Promise<FakeDirectory> {
  const feed: FeedRow__Output[] = []
  const registry = new Map<string, { applied: number; syncs: number }>()
  const entries = new Map<string, AccessEntry__Output>()
  const streams = new Set<SyncStream>()
  const admitCalls: number[] = []
  const gcra = createGcra<Bucket__Output>()
  const quotas = createQuotaLedger(clock)
  const says: FakeDirectory['says'] = {
    horizonMs: 30_000,
    route: () => {
      throw new Fault('ENDPOINT_NOT_FOUND', 'no route')
    },
    keys: () => ({ jwks: '{"keys":[]}', labels: [], issuer: 'ins_test', lifeMs: 60_000 }),
    record: 'there',
    mute: false,
    pushes: true,
    ...first,
  }

  function sync(stream: SyncStream): void {
    streams.add(stream)
    stream.on('data', ({ bootId, syncId, applied }: SyncRequest__Output) => {
      if (says.mute) return
      registry.set(bootId, { applied, syncs: (registry.get(bootId)?.syncs ?? 0) + 1 })
      const rows = feed.filter(({ number }) => number > applied)
      stream.write({
        answer: { syncId, rows, through: feed.length, more: false, reset: false, horizonMs: says.horizonMs },
      })
    })
    stream.on('end', () => stream.end())
    stream.on('close', () => streams.delete(stream))
    stream.on('error', () => streams.delete(stream))
  }

  /** Idempotent: an existing entry stays as it is. */
  function write(bootId: string, entry: AccessEntry__Output | null): void {
    if (!entry) return
    const key = `${bootId} ${entry.shard} ${entry.sequence}`
    if (!entries.has(key)) entries.set(key, entry)
  }

  function decide({ bootId, admissions }: AdmitRequest__Output): Decision[] {
    admitCalls.push(admissions.length)
    return admissions.map(({ entry, buckets }) => {
      const refused = gcra.draw(buckets, clock.wallMs())
      if (!refused) {
        write(bootId, entry)
        return { admitted: {} }
      }
      const { scope, count, periodMs } = refused.bucket
      return { limited: { scope, count, periodMs, retryAfterMs: refused.retryAfterMs } }
    })
  }

  /** Quotas are there or away with the record: when an answer is lost, its blocks have been drawn. */
  async function drawQuota(request: DrawQuotaRequest__Output): Promise<DrawQuotaResponse> {
    if (says.record === 'away') throw new Fault('UNAVAILABLE', 'away')
    const { draws, returns } = countersFromWire(request)
    const blocks = await quotas.draw(draws, returns)
    if (says.record === 'answers lost') throw new Fault('UNAVAILABLE', 'the answer was lost')
    return { blocks: [...blocks], nowMs: clock.wallMs() }
  }

  /** The record's side of a call: whether it is written, and whether the answer arrives. */
  function recorded<Answer>(work: () => Answer): Answer {
    if (says.record === 'away') throw new Fault('UNAVAILABLE', 'away')
    const answer = work()
    if (says.record === 'answers lost') throw new Fault('UNAVAILABLE', 'the answer was lost')
    return answer
  }

  const notForProxies = answering(() => {
    throw new Fault('FORBIDDEN', 'not a proxy’s to ask')
  })
  const handlers: DirectoryHandlers = {
    Sync: sync,
    ResolveRoute: answering(({ credential, service }) => says.route(credential, service)),
    // Other services ask for these; a proxy does not.
    ResolveSecrets: notForProxies,
    VerifyChains: notForProxies,
    ListSessionKeys: answering(() => says.keys()),
    Admit: answering((request) => recorded(() => ({ decisions: decide(request) }))),
    RecordAccess: answering(({ bootId, entries: given }) =>
      recorded(() => {
        for (const entry of given) write(bootId, entry)
        return {}
      }),
    ),
    DrawQuota: answering((request) => drawQuota(request)),
    ExchangeDebugToken: answering(({ debugToken }) => ({
      token: `pma_ses_for_${debugToken.slice(-6)}`,
      expiresAtMs: 1,
      deviceId: 'dvc_1',
    })),
    IssueChallenge: answering(({ appToken }) => ({ challenge: `for-${appToken.slice(-6)}`, expiresAtMs: 1 })),
    ExchangeAttestation: answering(({ proof }) => ({
      token: `pma_ses_by_${proof}`,
      expiresAtMs: 1,
      deviceId: 'dvc_1',
    })),
  }

  let server = createGrpcServer()
  async function listen(port: number): Promise<number> {
    server = createGrpcServer()
    server.addService(Directory.service, handlers)
    return listenGrpc(server, `127.0.0.1:${port}`, ServerCredentials.createInsecure())
  }

  const port = await listen(0)
  const client = new Directory(`127.0.0.1:${port}`, credentials.createInsecure(), {
    'grpc.initial_reconnect_backoff_ms': 50,
    'grpc.max_reconnect_backoff_ms': 100,
  })

  return {
    client: { current: () => client, leave: () => {} },
    says,
    registry,
    admitCalls,
    quotas,
    get entries() {
      return [...entries.values()]
    },
    get openStreams() {
      return streams.size
    },
    commit(row) {
      const numbered = { number: feed.length + 1, ...row }
      feed.push(numbered)
      if (says.pushes) for (const stream of streams) stream.write({ push: numbered })
      return numbered.number
    },
    async restart() {
      server.forceShutdown()
      await listen(port)
    },
    async close() {
      client.close()
      await closeGrpcServer(server, 0)
    },
  }
}

function answering<Request, Response>(
  handle: (request: Request) => Response | Promise<Response>,
): handleUnaryCall<Request, Response> {
  return (call, answer) => {
    Promise.resolve()
      .then(() => handle(call.request))
      .then(
        (response) => answer(null, response),
        (err: unknown) => answer(toGrpcError(err)),
      )
  }
}
