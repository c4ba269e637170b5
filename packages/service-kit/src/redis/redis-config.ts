import { z } from 'zod'
import { EnvironmentError, Flag, Port, type ReadFile, readSecretFile } from '../program/config.js'
import type { RedisTarget } from './redis.js'

/** The variables of a service that may use Redis. Without a host it runs without Redis. */
export const redisEnvironment = {
  PMA_REDIS_HOST: z.string().min(1).optional().describe('Redis; without it admission goes through management'),
  PMA_REDIS_PORT: Port.min(1).default(6379).describe('its port; default: 6379'),
  PMA_REDIS_USERNAME: z.string().min(1).optional().describe('its ACL user; default: the default user'),
  PMA_REDIS_PASSWORD_FILE: z.string().min(1).optional().describe('file with its password'),
  PMA_REDIS_TLS: Flag.default(false).describe('true: connect to Redis over TLS'),
  PMA_REDIS_CA_FILE: z.string().min(1).optional().describe('a CA trusted for Redis beside the public ones, PEM'),
  PMA_REDIS_CLUSTER: Flag.default(false).describe('true: the host is a node of a Redis Cluster'),
} as const

type RedisVariables = z.output<z.ZodObject<typeof redisEnvironment>>

/** Null if no host is named. @throws EnvironmentError. */
export function redisTarget(given: RedisVariables, readFile: ReadFile): RedisTarget | null {
  if (given.PMA_REDIS_HOST === undefined) return null
  if (given.PMA_REDIS_CA_FILE !== undefined && !given.PMA_REDIS_TLS)
    throw new EnvironmentError(['PMA_REDIS_CA_FILE: it is only used with PMA_REDIS_TLS=true'])
  const { PMA_REDIS_PASSWORD_FILE: passwordFile, PMA_REDIS_CA_FILE: caFile } = given
  return {
    host: given.PMA_REDIS_HOST,
    port: given.PMA_REDIS_PORT,
    username: given.PMA_REDIS_USERNAME,
    password:
      passwordFile === undefined ? undefined : () => readSecretFile('PMA_REDIS_PASSWORD_FILE', passwordFile, readFile),
    tls: given.PMA_REDIS_TLS,
    ca: caFile === undefined ? undefined : readSecretFile('PMA_REDIS_CA_FILE', caFile, readFile),
    cluster: given.PMA_REDIS_CLUSTER,
  }
}
