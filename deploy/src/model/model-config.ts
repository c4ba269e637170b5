import { List, parseEnvironment } from '@protectmyapi/service-kit/program/config'
import { z } from 'zod'

export interface ModelConfig {
  /** Names of runs; empty runs them all. */
  readonly only: readonly string[]
  /** Adds the large configurations, which take tens of minutes and 8 GB of memory. */
  readonly full: boolean
}

const ModelEnv = z.object({
  ONLY: List.default([]),
  FULL: z.enum(['', '0', '1']).default(''),
})

/** Pure: main.ts passes the environment in, once. */
export function modelConfig(env: NodeJS.ProcessEnv): ModelConfig {
  const { ONLY, FULL } = parseEnvironment(ModelEnv, env)
  return { only: ONLY, full: FULL === '1' }
}
