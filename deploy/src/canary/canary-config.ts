import { parseEnvironment } from '@protectmyapi/service-kit/program/config'
import { z } from 'zod'

/** Where a leak is planted on purpose. Such a run must fail. */
const PLANTS = ['log', 'redis', 'table', 'answer', 'span'] as const
export type Plant = (typeof PLANTS)[number]

/**
 * What happens to Redis during the run: it works, it is configured but nothing listens, or it is flushed over and over.
 */
const REDIS_MODES = ['there', 'stopped', 'flushed'] as const
export type CanaryRedisMode = (typeof REDIS_MODES)[number]

export interface CanaryConfig {
  readonly plant: Plant | undefined
  readonly redisMode: CanaryRedisMode
  /** Core files are required: a machine that writes none makes the run fail. */
  readonly cores: boolean
}

const CanaryEnv = z
  .object({
    PLANT: z.enum(PLANTS).optional(),
    REDIS_MODE: z.enum(REDIS_MODES).default('there'),
    CORES: z.enum(['0', '1']).default('1'),
  })
  .refine(({ PLANT, REDIS_MODE }) => PLANT !== 'redis' || REDIS_MODE !== 'stopped', {
    path: ['PLANT'],
    message: 'needs a Redis that is there',
  })

/** Pure: main.ts passes the environment in, once. */
export function canaryConfig(env: NodeJS.ProcessEnv): CanaryConfig {
  const { PLANT: plant, REDIS_MODE: redisMode, CORES } = parseEnvironment(CanaryEnv, env)
  return { plant, redisMode, cores: CORES === '1' }
}
