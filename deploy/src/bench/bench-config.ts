import { List, parseEnvironment } from '@protectmyapi/service-kit/program/config'
import { z } from 'zod'

export interface BenchConfig {
  /** Names of rows; empty runs the default ones. */
  readonly only: readonly string[]
  readonly rounds: number
  readonly databaseUrl?: string
}

const LIMITS = {
  /** More rounds add minutes and no certainty. */
  roundsMax: 50,
} as const

const BenchEnv = z.object({
  ONLY: List.default([]),
  ROUNDS: z.coerce.number().int().min(1).max(LIMITS.roundsMax).default(3),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
})

/** Pure: main.ts passes the environment in, once. */
export function benchConfig(env: NodeJS.ProcessEnv): BenchConfig {
  const { ONLY, ROUNDS, DATABASE_URL } = parseEnvironment(BenchEnv, env)
  return { only: ONLY, rounds: ROUNDS, ...(DATABASE_URL === undefined ? {} : { databaseUrl: DATABASE_URL }) }
}
