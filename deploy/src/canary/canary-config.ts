import { parseEnvironment } from '@protectmyapi/service-kit/program/config'
import { z } from 'zod'

/** Where a leak is planted on purpose: the run has to be red. */
const PLANTS = ['log', 'redis', 'table', 'answer', 'span'] as const
export type Plant = (typeof PLANTS)[number]

export interface CanaryConfig {
  readonly plant: Plant | undefined
  /** Core files are asked for: a machine that writes none makes the run red. */
  readonly cores: boolean
}

const CanaryEnv = z.object({ PLANT: z.enum(PLANTS).optional(), CORES: z.enum(['0', '1']).default('1') })

/** Pure: main.ts hands in the environment, once. */
export function canaryConfig(env: NodeJS.ProcessEnv): CanaryConfig {
  const { PLANT, CORES } = parseEnvironment(CanaryEnv, env)
  return { plant: PLANT, cores: CORES === '1' }
}
