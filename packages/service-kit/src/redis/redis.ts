import { createHash } from 'node:crypto'
import { Cluster, Redis, type RedisOptions } from 'ioredis'
import type { Logger } from '../program/log.js'
import { makeStringsFastAgain } from './fast-strings.js'
import { isPasswordRefused, type PasswordInTurn, passwordInTurn } from './redis-password.js'

/** Where Redis is. */
export interface RedisTarget {
  readonly host: string
  readonly port: number
  readonly username: string | undefined
  /** From a `…_FILE`. Called for each new connection, so that it follows its file. */
  readonly password: (() => string) | undefined
  readonly tls: boolean
  /** PEM, trusted in addition to the public CAs. */
  readonly ca: string | undefined
  readonly cluster: boolean
}

/** One server or a cluster: the commands are the same. */
export type RedisClient = Redis | Cluster

const LIMITS = {
  connectMs: 2_000,
  /** A script on a healthy Redis takes well below a millisecond. A caller that would wait longer uses its fallback. */
  commandMs: 250,
  reconnectMaxMs: 2_000,
} as const

/**
 * A client that never queues: without a connection a command fails at once, and a command whose answer was lost is not
 * sent again. Every caller has a fallback, and a late command would do more harm than a failed one.
 */
export function connectRedis(target: RedisTarget, clientName: string, log: Logger): RedisClient {
  makeStringsFastAgain()
  const password = target.password && passwordInTurn(target.password)
  const options = redisOptions(target, clientName)
  const connect = target.cluster ? connectCluster : connectServer
  const client = connect(target, options, password)
  client.on('ready', () => password?.accepted())
  let isTold = false
  client.on('error', (err: unknown) => {
    if (isPasswordRefused(err)) password?.refused()
    if (!isTold) log.warn({ err }, 'Redis is unavailable; trying again')
    isTold = true
  })
  client.on('ready', () => {
    isTold = false
    log.info({ host: target.host, port: target.port }, 'connected to Redis')
  })
  return client
}

/** The library reads a connection's options when it connects, so the password can be replaced until then. */
function connectServer({ host, port }: RedisTarget, options: SharedOptions, password?: PasswordInTurn): Redis {
  const client = new Redis({
    ...options,
    ...(password ? { password: password.next() } : {}),
    host,
    port,
    retryStrategy(times) {
      if (password) client.options.password = password.next()
      return reconnectAfterMs(times)
    },
  })
  return client
}

function connectCluster({ host, port }: RedisTarget, options: SharedOptions, password?: PasswordInTurn): Cluster {
  const client = new Cluster([{ host, port }], {
    redisOptions: options,
    enableOfflineQueue: false,
    clusterRetryStrategy: reconnectAfterMs,
    // The name is kept as given, because a node's certificate is checked by name.
    dnsLookup: (address, answer) => answer(null, address),
    maxRedirections: 4,
  })
  // A lost node is created again, and connects at its first command.
  client.on('+node', (node: Redis) => {
    if (password) node.options.password = password.next()
  })
  client.on('node error', (err: unknown) => {
    if (isPasswordRefused(err)) password?.refused()
  })
  return client
}

type SharedOptions = ReturnType<typeof redisOptions>

function redisOptions({ username, tls, ca }: RedisTarget, clientName: string) {
  return {
    ...(username === undefined ? {} : { username }),
    // `rejectUnauthorized` is set explicitly, so that the environment (NODE_TLS_REJECT_UNAUTHORIZED) cannot disable it.
    ...(tls
      ? { tls: { minVersion: 'TLSv1.2' as const, rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) } }
      : {}),
    connectionName: clientName,
    connectTimeout: LIMITS.connectMs,
    commandTimeout: LIMITS.commandMs,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    keepAlive: 10_000,
  } satisfies RedisOptions
}

/** Half of the delay is random, so that processes which lost Redis together do not all reconnect at once. */
function reconnectAfterMs(times: number): number {
  const delayMs = Math.min(LIMITS.reconnectMaxMs, 50 * 2 ** Math.min(times, 10))
  return delayMs / 2 + (Math.random() * delayMs) / 2
}

export type RedisFitness = { readonly fit: true; readonly appendOnly: boolean } | { readonly fit: false; why: string }

/**
 * Whether this Redis may be used. An eviction policy would silently discard access records and limits, so it is refused
 * on every master. Without append-only, a crash of Redis loses what it holds, which the proxies then record again:
 * reported, but allowed.
 *
 * @throws what the client throws if Redis is away.
 */
export async function redisFitness(client: RedisClient): Promise<RedisFitness> {
  const masters = client instanceof Cluster ? client.nodes('master') : [client]
  if (masters.length === 0) throw new Error('no master of the cluster is known')
  const infos = await Promise.all(masters.map((node) => node.info()))
  for (const info of infos) {
    const policy = field(info, 'maxmemory_policy')
    if (policy !== 'noeviction') {
      const why = `its maxmemory-policy is ${policy ?? 'unknown'}; set it to noeviction, since any other may drop access records`
      return { fit: false, why }
    }
  }
  return { fit: true, appendOnly: infos.every((info) => field(info, 'aof_enabled') === '1') }
}

function field(info: string, name: string): string | undefined {
  return new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1]
}

/** A Lua script, called by its digest; its text is sent once to a server that does not know it. */
export interface RedisScript {
  run(client: RedisClient, keys: readonly string[], args: readonly (string | number | Buffer)[]): Promise<unknown>
  /** The same, with texts in the answer as bytes. */
  runForBytes: RedisScript['run']
}

export function redisScript(lua: string): RedisScript {
  const digest = createHash('sha1').update(lua).digest('hex')
  return {
    async run(client, keys, args) {
      try {
        return await client.evalsha(digest, keys.length, ...keys, ...args)
      } catch (err) {
        if (!isUnknownScript(err)) throw err
        return client.eval(lua, keys.length, ...keys, ...args)
      }
    },
    async runForBytes(client, keys, args) {
      try {
        return await client.callBuffer('evalsha', digest, keys.length, ...keys, ...args)
      } catch (err) {
        if (!isUnknownScript(err)) throw err
        return client.callBuffer('eval', lua, keys.length, ...keys, ...args)
      }
    },
  }
}

const isUnknownScript = (err: unknown): boolean => err instanceof Error && err.message.startsWith('NOSCRIPT')
