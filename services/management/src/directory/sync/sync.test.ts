import type { ServiceError } from '@grpc/grpc-js'
import { describe, expect, it } from '@jest/globals'
import { grpcHeadersAlone } from '@protectmyapi/dev-kit/grpc/grpc-headers-alone'
import { beginUnfinished } from '@protectmyapi/dev-kit/grpc/grpc-unfinished'
import { memoryLog } from '@protectmyapi/dev-kit/memory-log'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { until } from '@protectmyapi/dev-kit/until'
import { Directory } from '@protectmyapi/protos/directory'
import type { DirectoryClient } from '@protectmyapi/protos/generated/directory/v1/Directory'
import type { SyncReply__Output } from '@protectmyapi/protos/generated/directory/v1/SyncReply'
import { systemClock } from '@protectmyapi/service-kit/clock'
import { callUnary, type ReloadingClient } from '@protectmyapi/service-kit/grpc/grpc-client'
import { fromGrpcError } from '@protectmyapi/service-kit/grpc/grpc-fault'
import { newId } from '@protectmyapi/service-kit/ids'
import { appendFeed } from '../../feed/append-feed.js'
import { withMargin } from '../../feed/feed-limits.js'
import { directoryHarness, HARNESS_HORIZON_MS } from '../../test/directory-harness.js'
import { DIRECTORY_ACCESS } from '../access.js'

const ACTOR = { kind: 'system', id: 'test', requestId: null } as const

const heard = memoryLog('error')
const harness = await startForAllTests(() => directoryHarness(systemClock, heard.log))
const proxy = await harness.client('proxy')

function open(client: ReloadingClient<DirectoryClient>, deadlineMs = 60_000) {
  const replies: SyncReply__Output[] = []
  let ended: ServiceError | 'end' | undefined
  const call = client.current().sync({ deadline: new Date(Date.now() + deadlineMs) })
  call.on('data', (reply: SyncReply__Output) => replies.push(reply))
  call.on('error', (error: ServiceError) => (ended ??= error))
  call.on('end', () => (ended ??= 'end'))
  return {
    call,
    replies,
    answer: (syncId: number) =>
      until(() => replies.find((reply) => reply.answer?.syncId === syncId && !reply.answer.more)?.answer ?? undefined),
    push: (number: number) => until(() => replies.find((reply) => reply.push?.number === number)?.push ?? undefined),
    ended: (withinMs?: number) => until(() => ended, withinMs),
  }
}

const change = (id: string) =>
  harness.feed.commitChange(ACTOR, async () => ({
    result: null,
    feed: [{ kind: 'app', id, generation: 2 }],
    audit: [],
  }))

describe('Directory.Sync', () => {
  it('answers each Sync by its number and with the horizon, and registers the proxy once', async () => {
    const bootId = newId('boot')
    const stream = open(proxy)
    stream.call.write({ bootId, syncId: 1, applied: 0 })
    stream.call.write({ bootId, syncId: 2, applied: 0 })
    expect(await stream.answer(1)).toMatchObject({ horizonMs: HARNESS_HORIZON_MS })
    expect(await stream.answer(2)).toMatchObject({ horizonMs: HARNESS_HORIZON_MS })
    expect(await harness.db('proxies').where('boot_id', bootId)).toHaveLength(1)
    stream.call.end()
    expect(await stream.ended()).toBe('end')
    await harness.db('proxies').delete()
  })

  it('pushes a committed row at once, and the writer answers when the proxy reports it as applied', async () => {
    const bootId = newId('boot')
    const stream = open(proxy)
    stream.call.write({ bootId, syncId: 1, applied: 0 })
    const { through } = await stream.answer(1)
    const committed = change('app_pushed')
    expect(await stream.push(through + 1)).toMatchObject({ kind: 'FEED_KIND_APP', id: 'app_pushed', generation: 2 })
    stream.call.write({ bootId, syncId: 2, applied: through + 1 })
    const { inForce } = await committed
    expect(inForce).toMatchObject({ by: 'applied' })
    expect(inForce.waitedMs).toBeLessThan(HARNESS_HORIZON_MS)
    // The writer is told before the report is recorded, so a row that is deleted too early would come back with the
    // record.
    await stream.answer(2)
    stream.call.cancel()
    await harness.db('proxies').where('boot_id', bootId).delete()
  })

  it('lets the writer answer by what a proxy reports, even before the report can be put on record', async () => {
    const bootId = newId('boot')
    const row = { kind: 'app', id: 'app_reported', generation: 2 } as const
    const number = await harness.db.transaction((trx) => appendFeed(trx, [row]))
    const holder = await harness.db.transaction()
    const stream = open(proxy)
    stream.call.write({ bootId, syncId: 1, applied: 0 })
    await stream.answer(1)
    const registered = harness.db('proxies').where('boot_id', bootId)
    await registered.clone().transacting(holder).forUpdate()
    try {
      // Hears of reports from its call on.
      const seen = harness.feed.waitUntilSeen.seen(number)
      stream.call.write({ bootId, syncId: 2, applied: number })
      expect(await seen).toMatchObject({ by: 'applied' })
      expect(await registered.clone().first('applied')).toEqual({ applied: '0' })
    } finally {
      await holder.rollback()
    }
    await stream.answer(2)
    expect(await registered.clone().first('applied')).toEqual({ applied: String(number) })
    stream.call.cancel()
    await registered.clone().delete()
  })

  it('ends a stream that reads nothing with UNAVAILABLE once the bound of unsent replies is reached', async () => {
    const stream = open(proxy)
    const bootId = newId('boot')
    stream.call.write({ bootId, syncId: 1, applied: 0 })
    await stream.answer(1)
    stream.call.pause()
    await harness.db('proxies').delete()
    // Far more than sockets buffer.
    for (let round = 0; round < 8; round++) {
      const rows = Array.from({ length: 1_000 }, () => ({ kind: 'app' as const, id: 'x'.repeat(200), generation: 2 }))
      await harness.feed.commitChange(ACTOR, async () => ({ result: null, feed: rows, audit: [] }))
    }
    stream.call.resume()
    const ended = await stream.ended(15_000)
    expect(ended === 'end' ? ended : fromGrpcError(ended).code).toBe('UNAVAILABLE')
    expect(stream.replies.length).toBeLessThan(8_000)
  }, 30_000)

  it.each([
    ['a boot id of another shape', { bootId: 'pod-1', syncId: 1, applied: 0 }],
    ['a proof of another length', { bootId: newId('boot'), proof: Buffer.alloc(31), syncId: 1, applied: 0 }],
    ['an impossible applied number', { bootId: newId('boot'), syncId: 1, applied: -1 }],
  ])('refuses %s with INVALID_REQUEST', async (_what, request) => {
    const stream = open(proxy)
    stream.call.write(request)
    const ended = await stream.ended()
    expect(ended === 'end' ? ended : fromGrpcError(ended).code).toBe('INVALID_REQUEST')
  })

  it('refuses a deadline of more than 10 minutes with INVALID_REQUEST', async () => {
    const stream = open(proxy, 11 * 60_000)
    const ended = await stream.ended()
    expect(ended === 'end' ? ended : fromGrpcError(ended).code).toBe('INVALID_REQUEST')
  })
})

describe('a proxy that speaks for another', () => {
  it('is refused with FORBIDDEN, is logged as an error, changes nothing on record, and does not stop the true proxy', async () => {
    const bootId = newId('boot')
    const proof = Buffer.alloc(32, 1)
    const row = () => harness.db('proxies').where('boot_id', bootId).first()
    const own = open(proxy)
    own.call.write({ bootId, proof, syncId: 1, applied: 0 })
    const { through } = await own.answer(1)
    own.call.end()
    await own.ended()
    await harness.db.transaction((trx) => appendFeed(trx, [{ kind: 'app', id: 'app_new', generation: 2 }]))
    const before = await row()

    const forged = open(await harness.client('proxy'))
    forged.call.write({ bootId, proof: Buffer.alloc(32, 2), syncId: 1, applied: through + 1 })
    const ended = await forged.ended()
    expect(ended === 'end' ? ended : fromGrpcError(ended).code).toBe('FORBIDDEN')
    expect(forged.replies).toEqual([])
    expect(heard.lines()).toMatchObject([{ msg: 'a Sync stream was refused', err: { code: 'FORBIDDEN' } }])
    expect(await row()).toEqual(before)

    const again = open(proxy)
    again.call.write({ bootId, proof, syncId: 1, applied: through })
    expect(await again.answer(1)).toMatchObject({ through: through + 1 })
    again.call.cancel()
    await harness.db('proxies').where('boot_id', bootId).delete()
  })
})

describe('HGRANTED: a Sync', () => {
  it('is answered with the horizon that was recorded, to which only the margin is added', async () => {
    const bootId = newId('boot')
    const stream = open(proxy)
    stream.call.write({ bootId, syncId: 1, applied: 0 })
    const { horizonMs } = await stream.answer(1)
    const { rows } = await harness.db.raw<{ rows: { recorded_ms: number }[] }>(
      `SELECT (extract(epoch FROM horizon_at - registered_at) * 1000)::float8 AS recorded_ms FROM proxies WHERE boot_id = ?`,
      [bootId],
    )
    // registered_at is the statement's start, horizon_at counts from a moment within it.
    const recordedMs = rows[0]?.recorded_ms ?? 0
    expect(recordedMs).toBeGreaterThanOrEqual(withMargin(horizonMs))
    expect(recordedMs).toBeLessThan(withMargin(horizonMs) + 500)
    stream.call.cancel()
    await harness.db('proxies').where('boot_id', bootId).delete()
  })
})

describe('who may call the directory', () => {
  it('is listed for every method of the contract', () => {
    expect([...DIRECTORY_ACCESS.keys()].sort()).toEqual(Object.keys(Directory.service).sort())
  })

  it.each(['management', 'vault', 'somebody'])(
    'does not include %s, on any method for proxies and internal services',
    async (serviceAccount) => {
      const client = await harness.client(serviceAccount)
      const unaryCalls = [
        () =>
          callUnary(
            (r: object, o, a: (e: ServiceError | null, v?: unknown) => void) => client.current().resolveRoute(r, o, a),
            {},
            2_000,
          ),
        () =>
          callUnary(
            (r: object, o, a: (e: ServiceError | null, v?: unknown) => void) =>
              client.current().listSessionKeys(r, o, a),
            {},
            2_000,
          ),
        () =>
          callUnary(
            (r: object, o, a: (e: ServiceError | null, v?: unknown) => void) => client.current().admit(r, o, a),
            {},
            2_000,
          ),
        () =>
          callUnary(
            (r: object, o, a: (e: ServiceError | null, v?: unknown) => void) => client.current().recordAccess(r, o, a),
            {},
            2_000,
          ),
        () =>
          callUnary(
            (r: object, o, a: (e: ServiceError | null, v?: unknown) => void) => client.current().drawQuota(r, o, a),
            {},
            2_000,
          ),
        () =>
          callUnary(
            (r: object, o, a: (e: ServiceError | null, v?: unknown) => void) =>
              client.current().exchangeDebugToken(r, o, a),
            {},
            2_000,
          ),
        () =>
          callUnary(
            (r: object, o, a: (e: ServiceError | null, v?: unknown) => void) =>
              client.current().issueChallenge(r, o, a),
            {},
            2_000,
          ),
        () =>
          callUnary(
            (r: object, o, a: (e: ServiceError | null, v?: unknown) => void) =>
              client.current().exchangeAttestation(r, o, a),
            {},
            2_000,
          ),
        () =>
          callUnary(
            (r: object, o, a: (e: ServiceError | null, v?: unknown) => void) =>
              client.current().resolveSecrets(r, o, a),
            { names: ['A_KEY'] },
            2_000,
          ),
      ]
      // All but Sync, and VerifyChains, which management may call (commands/verified-by-management.test.ts).
      expect(unaryCalls).toHaveLength(DIRECTORY_ACCESS.size - 2)
      for (const call of unaryCalls) await expect(call()).rejects.toMatchObject({ code: 'FORBIDDEN' })
      const ended = await open(client).ended()
      expect(ended === 'end' ? ended : fromGrpcError(ended).code).toBe('FORBIDDEN')
      expect(heard.lines().at(-1)).toMatchObject({ msg: 'a stream was refused', err: { code: 'FORBIDDEN' } })
    },
  )

  it.each([
    ['where the caller may not make it', 'management', {}, 'FORBIDDEN'],
    ['where the message would have to be inflated', 'proxy', { 'grpc-encoding': 'gzip' }, 'INVALID_REQUEST'],
  ])('a call is refused before its message is read %s', async (_where, name, fields, code) => {
    for (const { path } of [Directory.service.Sync, Directory.service.RecordAccess]) {
      const { port } = harness
      const answer = await grpcHeadersAlone({ port, tls: await harness.material(name), path, fields })
      expect(answer).toMatchObject({ 'pma-fault': code })
    }
  })

  it('a stream without a first message is refused within ten seconds, while one that sent its message goes on', async () => {
    const bootId = newId('boot')
    const heardFrom = open(proxy)
    heardFrom.call.write({ bootId, syncId: 1, applied: 0 })
    await heardFrom.answer(1)
    const silent = beginUnfinished({
      port: harness.port,
      tls: await harness.material('proxy'),
      path: Directory.service.Sync.path,
      calls: 1,
      messageBytes: 100,
    })
    try {
      await until(() => silent.answers.length === 1 || undefined, 10_000)
      expect(silent.answers).toMatchObject([
        {
          'pma-fault': 'INVALID_REQUEST',
          'pma-detail': expect.stringMatching(/^The%20message%20did%20not%20arrive%20completely%20in%20time/),
        },
      ])
      expect(heard.lines().at(-1)).toMatchObject({ msg: 'a stream was refused', err: { code: 'INVALID_REQUEST' } })
    } finally {
      silent.close()
    }
    heardFrom.call.write({ bootId, syncId: 2, applied: 0 })
    await heardFrom.answer(2)
    heardFrom.call.cancel()
    await harness.db('proxies').where('boot_id', bootId).delete()
  }, 30_000)

  it('three of four unfinished messages of 4 MiB of an internal service are refused, and proxies are still served', async () => {
    const unfinished = beginUnfinished({
      port: harness.port,
      tls: await harness.material('worker'),
      path: Directory.service.ResolveSecrets.path,
      calls: 4,
      messageBytes: 4 * 1024 * 1024,
    })
    try {
      await until(() => unfinished.answers.length === 3 || undefined)
      expect(unfinished.answers.map((answer) => answer['pma-fault'])).toEqual(Array(3).fill('RATE_LIMITED'))
      const asked = (
        request: object,
        options: { deadline: Date },
        answer: (e: ServiceError | null, v?: unknown) => void,
      ) => proxy.current().listSessionKeys(request, options, answer)
      expect(await callUnary(asked, {}, 2_000)).toMatchObject({ jwks: expect.any(String) })
    } finally {
      unfinished.close()
    }
  })
})
