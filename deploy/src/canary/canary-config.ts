import { parseEnvironment } from '@protectmyapi/service-kit/program/config'
import { z } from 'zod'

/** Where a leak is planted on purpose: the run has to be red. */
const PLANTS = ['log', 'redis', 'table', 'answer', 'span'] as const
export type Plant = (typeof PLANTS)[number]

export interface CanaryConfig {
  readonly plant: Plant | undefined
}

const CanaryEnv = z.object({ PLANT: z.enum(PLANTS).optional() })

/** Pure: main.ts hands in the environment, once. */
export function canaryConfig(env: NodeJS.ProcessEnv): CanaryConfig {
  return { plant: parseEnvironment(CanaryEnv, env).PLANT }
}
