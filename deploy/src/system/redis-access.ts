import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { RedisAddress } from '@protectmyapi/dev-kit/redis/ask-redis'
import { writePrivate } from './local-files.js'

/** How services reach Redis. */
export interface RedisAccess {
  /** Includes the password; for scripts and tests. */
  readonly url: string
  readonly cluster: boolean
  readonly caFile?: string
  readonly passwordFile?: string
}

/** Writes the URL's password to the file that services read. */
export async function redisAccess(
  { url, cluster, caFile }: Omit<RedisAccess, 'passwordFile'>,
  secretsDir: string,
): Promise<RedisAccess> {
  const access = { url, cluster, ...(caFile === undefined ? {} : { caFile }) }
  const { password } = new URL(url)
  if (password === '') return access
  const passwordFile = path.join(secretsDir, 'redis-client.password')
  await mkdir(secretsDir, { recursive: true, mode: 0o700 })
  // Written at each start, because the next start may use another server.
  await writePrivate(passwordFile, `${decodeURIComponent(password)}\n`)
  return { ...access, passwordFile }
}

/** For management and proxies. The vault does not use Redis. */
export function redisEnvironment(access: RedisAccess | undefined): Readonly<Record<string, string>> {
  if (access === undefined) return {}
  const { protocol, hostname, port, username } = new URL(access.url)
  return {
    // An IPv6 address has brackets in a URL only.
    PMA_REDIS_HOST: hostname.replace(/^\[(.*)\]$/, '$1'),
    PMA_REDIS_PORT: port === '' ? '6379' : port,
    ...(username === '' ? {} : { PMA_REDIS_USERNAME: decodeURIComponent(username) }),
    ...(access.passwordFile === undefined ? {} : { PMA_REDIS_PASSWORD_FILE: access.passwordFile }),
    PMA_REDIS_TLS: String(protocol === 'rediss:'),
    ...(access.caFile === undefined ? {} : { PMA_REDIS_CA_FILE: access.caFile }),
    PMA_REDIS_CLUSTER: String(access.cluster),
  }
}

/** For commands of scripts and tests, to a server without TLS. */
export function redisAddress(url: string): RedisAddress {
  const { hostname, port, password } = new URL(url)
  return { host: hostname, port: Number(port), password: decodeURIComponent(password) }
}

/** For people: the URL without the password. */
export function urlForPeople(url: string): string {
  const shown = new URL(url)
  shown.username = ''
  shown.password = ''
  return shown.href
}
