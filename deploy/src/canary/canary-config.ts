import { parseEnvironment } from '@protectmyapi/service-kit/program/config'
import { z } from 'zod'

/** Where a leak is planted on purpose: the run has to be red. */
const PLANTS = ['log', 'redis', 'table', 'answer', 'span'] as const
export type Plant = (typeof PLANTS)[number]

/** What becomes of Redis while values take their ways: it is there, it is configured and away, or it forgets all the time. */
const REDIS_MODES = ['there', 'stopped', 'flushed'] as const
export type CanaryRedisMode = (typeof REDIS_MODES)[number]

export interface CanaryConfig {
  readonly plant: Plant | undefined
  readonly redisMode: CanaryRedisMode
  /** Core files are asked for: a machine that writes none makes the run red. */
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

/** Pure: main.ts hands in the environment, once. */
export function canaryConfig(env: NodeJS.ProcessEnv): CanaryConfig {
  const { PLANT: plant, REDIS_MODE: redisMode, CORES } = parseEnvironment(CanaryEnv, env)
  return { plant, redisMode, cores: CORES === '1' }
}
