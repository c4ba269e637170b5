import { credentials, ServerCredentials } from '@grpc/grpc-js'
import { Directory } from '@protectmyapi/protos/directory'
import { Fault } from '@protectmyapi/service-kit/faults'
import { toGrpcError } from '@protectmyapi/service-kit/grpc-fault'
import { closeGrpcServer, createGrpcServer, listenGrpc } from '@protectmyapi/service-kit/grpc-server'
import { createGcra } from './gcra.js'
export async function startFakeDirectory(clock, first = {}) {
  const feed = []
  const registry = new Map()
  const entries = new Map()
  const streams = new Set()
  const admitCalls = []
  const gcra = createGcra()
  const says = {
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
  function sync(stream) {
    streams.add(stream)
    stream.on('data', ({ bootId, syncId, applied }) => {
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
  /** Idempotent: what is there stays as it is. */
  function write(bootId, entry) {
    if (!entry) return
    const key = `${bootId} ${entry.shard} ${entry.sequence}`
    if (!entries.has(key)) entries.set(key, entry)
  }
  function decide({ bootId, admissions }) {
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
  /** The record's side of a call: whether it is written, and whether the answer arrives. */
  function recorded(work) {
    if (says.record === 'away') throw new Fault('UNAVAILABLE', 'away')
    const answer = work()
    if (says.record === 'answers lost') throw new Fault('UNAVAILABLE', 'the answer was lost')
    return answer
  }
  const handlers = {
    Sync: sync,
    ResolveRoute: answering(({ credential, service }) => says.route(credential, service)),
    ListSessionKeys: answering(() => says.keys()),
    Admit: answering((request) => recorded(() => ({ decisions: decide(request) }))),
    RecordAccess: answering(({ bootId, entries: given }) =>
      recorded(() => {
        for (const entry of given) write(bootId, entry)
        return {}
      }),
    ),
    ExchangeDebugToken: answering(({ debugToken }) => ({
      token: `pma_ses_for_${debugToken.slice(-6)}`,
      expiresAtMs: 1,
      deviceId: 'dvc_1',
    })),
  }
  let server = createGrpcServer()
  async function listen(port) {
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
    client: { current: () => client },
    says,
    registry,
    admitCalls,
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
function answering(handle) {
  return (call, answer) => {
    Promise.resolve()
      .then(() => handle(call.request))
      .then(
        (response) => answer(null, response),
        (err) => answer(toGrpcError(err)),
      )
  }
}
//# sourceMappingURL=fake-directory.js.map
