import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { describeWithRedis } from '@protectmyapi/dev-kit/redis/describe-with-redis'
import { until } from '@protectmyapi/dev-kit/until'
import pg from 'pg'
import { type More, type Seen, underLoad, untilServed } from './load.js'
import { type Provisioned, provision } from './provision.js'
import { REDIS_FLUSHED } from './redis-modes.js'
import { type StandIn, startStandIn } from './stand-in.js'
import { startTestSystem, type TestSystem } from './start-test-system.js'

const STREAMS = 200

/** How long after SIGTERM a proxy keeps idle connections open; requests sent on them meanwhile are answered. */
const QUIET_MS = 1_000

const LIMITS = {
  /** Five seconds until undrained entries are handed over, and the drain itself, on a busy machine. */
  onRecordMs: 30_000,
  /** Requests to each proxy before and after a failure, and during an outage. */
  around: 100,
  /**
   * For how long failures last that end by themselves: several flushes, and longer than a command to Redis may take.
   */
  flushedMs: 2_000,
  frozenMs: 1_000,
} as const

/** The parts of a log row that these tests read. */
interface Row {
  readonly kind: 'admitted' | 'finished' | 'void'
  readonly request_id: string
  readonly path: string | null
}

describeWithRedis('the access log under failures', () => {
  let system: TestSystem
  let provider: StandIn
  let target: Provisioned
  let runs = 0

  beforeAll(async () => {
    const extra = { proxy: { PMA_DRAIN_MS: '25000' } }
    system = await startTestSystem({ proxies: 2, redis: 'private', extra })
    provider = await startStandIn({ keyOf: ({ headers }) => headers.authorization, answer: () => ({ body: {} }) })
    const value = system.planter.plant('sk-record-')
    provider.accept(`Bearer ${value}`)
    target = await provision(system, { slug: 'record', origin: provider.origin, value, service: { limits: [] } })
  }, 90_000)

  afterAll(async () => {
    await system?.stop()
    await provider?.stop()
  }, 60_000)

  /** Whether the proxy gets an answer about a service that does not exist, for which it must always ask management. */
  const asksManagement = async (proxy: string): Promise<boolean> => {
    const headers = { authorization: `Bearer ${target.token}` }
    return (await fetch(`${proxy}/v1/p/nobodys-${runs}/x`, { headers })).status === 404
  }

  /** Each request has a path of its own, so that the provider's requests can be compared with the log. */
  const run = async (fail: (more: More) => Promise<void>): Promise<{ seen: readonly Seen[]; prefix: string }> => {
    // A proxy that was started again knows no route yet, and could not ask for one where management is what fails next.
    for (const proxy of system.proxies) await untilServed(`${proxy}/v1/p/record/warm`, target.token, 20_000)
    runs += 1
    // One failure at a time: a proxy that Redis serves may not have noticed yet that its management was killed, and not
    // have found another.
    for (const proxy of system.proxies)
      await until(async () => ((await asksManagement(proxy)) ? true : undefined), 20_000)
    const prefix = `/run-${runs}/`
    provider.received.length = 0
    const path = (number: number): string => `/v1/p/record${prefix}${number}`
    const seen = await underLoad({ proxies: system.proxies, token: () => target.token, path }, async (more) => {
      await more(LIMITS.around)
      await fail(more)
      await more(LIMITS.around)
    })
    return { seen, prefix }
  }

  const logged = async (prefix: string): Promise<readonly Row[]> => {
    const client = new pg.Client({ connectionString: system.running.databases.management.adminUrl })
    await client.connect()
    try {
      const { rows } = await client.query<Row>(
        `WITH of_run AS (SELECT request_id FROM access_log WHERE kind = 'admitted' AND entry->>'path' LIKE $1)
         SELECT kind, request_id, entry->>'path' AS path FROM access_log WHERE request_id IN (SELECT request_id FROM of_run)`,
        [`${prefix}%`],
      )
      return rows
    } finally {
      await client.end()
    }
  }

  /** Every request that reached the provider must be in the log once, with its end where the answer was whole. */
  const expectWhole = async (
    { seen, prefix }: { seen: readonly Seen[]; prefix: string },
    { unended: mayLack }: { unended: 'none' | 'of the killed proxy' } = { unended: 'none' },
  ): Promise<void> => {
    const injected = new Set(provider.received.map(({ path }) => path))
    expect(injected.size).toBeGreaterThan(100)
    const missing = async (): Promise<string[]> => {
      const paths = new Set((await logged(prefix)).filter(({ kind }) => kind === 'admitted').map(({ path }) => path))
      return [...injected].filter((path) => !paths.has(path))
    }
    await until(async () => ((await missing()).length === 0 ? true : undefined), LIMITS.onRecordMs).catch(
      () => undefined,
    )
    expect(await missing()).toEqual([])

    const answered = seen.filter(({ status }) => status === 200).map(({ requestId }) => requestId)
    const unended = async (): Promise<string[]> => {
      const ended = new Set(
        (await logged(prefix)).filter(({ kind }) => kind === 'finished').map((row) => row.request_id),
      )
      return answered.filter((requestId) => !ended.has(requestId))
    }
    // Only the end of a request, never its beginning, can be lost with the memory of a killed proxy.
    if (mayLack === 'none') {
      await until(async () => ((await unended()).length === 0 ? true : undefined), LIMITS.onRecordMs).catch(
        () => undefined,
      )
      expect(await unended()).toEqual([])
    }

    const rows = await logged(prefix)
    const twice = (kind: Row['kind']): number => {
      const ids = rows.filter((row) => row.kind === kind).map(({ request_id }) => request_id)
      return ids.length - new Set(ids).size
    }
    expect([twice('admitted'), twice('finished'), twice('void')]).toEqual([0, 0, 0])
    const both = rows.filter(({ kind }) => kind === 'finished').map(({ request_id }) => request_id)
    const voided = new Set(rows.filter(({ kind }) => kind === 'void').map(({ request_id }) => request_id))
    expect(both.filter((requestId) => voided.has(requestId))).toEqual([])
  }

  const refusals = (seen: readonly Seen[]): string[] =>
    seen.filter(({ status }) => status !== 200).map(({ status, error = '', body }) => `${status} ${error}${body}`)

  const isReady = (proxy: string): Promise<boolean> =>
    fetch(`${proxy}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    )

  const pidOf = (name: string): number => system.running.pids().get(name) ?? 0
  const killed = async (name: string): Promise<void> => {
    const before = pidOf(name)
    process.kill(before, 'SIGKILL')
    await until(() => (pidOf(name) !== 0 && pidOf(name) !== before ? true : undefined), 20_000)
  }

  it('has the end of each of 200 streams, which SIGTERM does not break; the other proxy stays ready', async () => {
    const open: ServerResponse[] = []
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: begun\n\n')
      open.push(response)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const value = system.planter.plant('sk-streams-')
    const origin = `http://127.0.0.1:${port}`
    const { token } = await provision(system, { slug: 'streams', origin, value, service: { limits: [] } })
    const [other = '', ending = ''] = system.proxies
    const before = pidOf('proxy-2')
    const headers = { authorization: `Bearer ${token}` }
    const streams = await Promise.all(
      Array.from({ length: STREAMS }, (_, number) => fetch(`${ending}/v1/p/streams/streams/${number}`, { headers })),
    )
    let endingSince = Number.POSITIVE_INFINITY
    const ran = await run(async () => {
      endingSince = performance.now()
      process.kill(before, 'SIGTERM')
      await until(async () => ((await isReady(ending)) ? undefined : true))
      expect(await isReady(other)).toBe(true)
    })
    for (const response of open) response.end('data: ended\n\n')
    const texts = await Promise.all(streams.map((answer) => answer.text()))
    expect(texts.filter((text) => !text.endsWith('data: ended\n\n'))).toEqual([])
    // From SIGTERM on the port is closed, and new connections go to the other proxy. Requests that were sent are
    // answered.
    const isSent = ({ error, startedMs }: Seen): boolean =>
      error === undefined || (error !== 'ECONNREFUSED' && startedMs < endingSince + QUIET_MS)
    expect(refusals(ran.seen.filter(isSent))).toEqual([])
    await until(() => (pidOf('proxy-2') !== 0 && pidOf('proxy-2') !== before ? true : undefined), 40_000)
    const ends = async () => (await logged('/streams/')).filter(({ kind }) => kind === 'finished').length
    await until(async () => ((await ends()) === STREAMS ? true : undefined), LIMITS.onRecordMs)
    await expectWhole(ran)
    await new Promise((resolve) => server.close(resolve))
  }, 90_000)

  it('misses no injected request when a proxy is killed', async () => {
    await expectWhole(await run(() => killed('proxy-2')), { unended: 'of the killed proxy' })
  }, 90_000)

  it('misses no injected request when management is killed, and no request is refused', async () => {
    const ran = await run(() => killed('management'))
    await expectWhole(ran)
    // Warm requests are still served: Redis admits them, and the horizon is far away.
    expect(refusals(ran.seen)).toEqual([])
  }, 90_000)

  it('misses no injected request when Redis is lost with all its data, and no request is refused', async () => {
    const ran = await run(async (more) => {
      await system.redis?.kill()
      await more(LIMITS.around)
      await system.redis?.restart()
    })
    await expectWhole(ran)
    expect(refusals(ran.seen)).toEqual([])
  }, 90_000)

  it('misses no injected request while Redis is flushed all the time, and no request is refused', async () => {
    const ran = await run(async () => {
      const flushed = await REDIS_FLUSHED.begin(system)
      await sleep(LIMITS.flushedMs)
      await flushed.expectShown()
      await flushed.end()
    })
    await expectWhole(ran)
    expect(refusals(ran.seen)).toEqual([])
  }, 90_000)

  it('misses no injected request when Redis freezes and wakes, and no request is refused', async () => {
    const ran = await run(async () => {
      const pid = system.redis?.pid() ?? 0
      process.kill(pid, 'SIGSTOP')
      await sleep(LIMITS.frozenMs)
      process.kill(pid, 'SIGCONT')
    })
    await expectWhole(ran)
    expect(refusals(ran.seen)).toEqual([])
  }, 90_000)
})
