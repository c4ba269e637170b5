import path from 'node:path'
import { Flag } from '@protectmyapi/service-kit/program/config'
import { z } from 'zod'

/** Where Redis comes from. */
export type RedisSource =
  /** No Redis: everything works without one. `why` is for people. */
  | { readonly kind: 'none'; readonly why: string }
  /** A Redis started by this project, from this program. */
  | { readonly kind: 'own'; readonly binary: string }
  /** An existing server. */
  | { readonly kind: 'given'; readonly url: string; readonly cluster: boolean; readonly caFile?: string }

export const RedisEnv = z.object({
  REDIS: z.enum(['0', '1']).default('1'),
  REDIS_URL: z
    .url({ protocol: /^rediss?$/ })
    // Services are separated by the names of their keys, and a cluster has one database only.
    .refine(isBare, 'names a server, and no database or option: redis://[user:password@]host:port')
    .optional(),
  PMA_REDIS_CA_FILE: z.string().min(1).optional(),
  PMA_REDIS_CLUSTER: Flag.default(false),
})

/**
 * The first that applies: none where that is asked for, a server that is named, the system's program.
 *
 * @param binary a `redis-server` of the system, where one was found.
 */
export function redisSource(
  env: z.output<typeof RedisEnv>,
  projectDir: string,
  binary: string | undefined,
): RedisSource {
  const { REDIS, REDIS_URL: url, PMA_REDIS_CA_FILE: caFile, PMA_REDIS_CLUSTER: cluster } = env
  if (REDIS === '0') return { kind: 'none', why: 'REDIS=0' }
  if (url !== undefined) {
    const ca = caFile === undefined ? {} : { caFile: path.resolve(projectDir, caFile) }
    return { kind: 'given', url, cluster, ...ca }
  }
  if (binary !== undefined) return { kind: 'own', binary }
  return { kind: 'none', why: 'no redis-server, 6.2 or later, on the PATH, and no REDIS_URL' }
}

function isBare(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { hostname, pathname, search, hash } = new URL(url)
  return hostname !== '' && ['', '/'].includes(pathname) && search === '' && hash === '' && isDecodable(url)
}

/** A percent sign in a password is written %25. */
function isDecodable(url: string): boolean {
  try {
    decodeURIComponent(url)
    return true
  } catch {
    return false
  }
}
