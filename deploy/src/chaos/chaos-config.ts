import { randomInt } from 'node:crypto'
import { parseEnvironment } from '@protectmyapi/service-kit/program/config'
import { z } from 'zod'
import { RULE_NAMES, type RuleName } from './breaks/removed-rules.js'

export interface ChaosConfig {
  readonly seeds: readonly string[]
  /** `single`: one fault at a time, mended before the next. `multi`: several at once. */
  readonly profile: 'single' | 'multi'
  /** The address of a LocalStack on this machine; without it the rig starts one. */
  readonly kmsEndpoint?: string
  /** Rules to remove, one after the other, to see that the rig notices each. None: the code as it is. */
  readonly without: readonly RuleName[]
}

const LIMITS = {
  /** Each seed takes three minutes. */
  seedsMax: 100,
  /**
   * How many seeds are tried with a rule removed, until one fails: the events that the rule keeps apart must happen to
   * meet, and in one seed of four they did not.
   */
  brokenSeeds: 3,
  seedMax: 1_000_000_000,
} as const

const ChaosEnv = z.object({
  SEED: z
    .string()
    .regex(/^[\w-]{1,40}$/)
    .optional(),
  SEEDS: z.coerce.number().int().min(1).max(LIMITS.seedsMax).optional(),
  PROFILE: z.enum(['single', 'multi']).default('single'),
  BREAK: z.enum([...RULE_NAMES, 'all']).optional(),
  LOCALSTACK_ENDPOINT: z.url({ protocol: /^http$/, hostname: /^(127\.0\.0\.1|localhost)$/ }).optional(),
})

/** Pure, except that it draws seeds where none are given. main.ts passes the environment in, once. */
export function chaosConfig(env: NodeJS.ProcessEnv): ChaosConfig {
  const { SEED, PROFILE, BREAK, LOCALSTACK_ENDPOINT, ...asked } = parseEnvironment(ChaosEnv, env)
  const count = asked.SEEDS ?? (BREAK === undefined || SEED !== undefined ? 1 : LIMITS.brokenSeeds)
  const fresh = (): string => String(randomInt(LIMITS.seedMax))
  const seeds = Array.from({ length: count }, (_, index) => {
    if (SEED === undefined) return fresh()
    return index === 0 ? SEED : `${SEED}-${index + 1}`
  })
  return {
    seeds,
    profile: PROFILE,
    ...(LOCALSTACK_ENDPOINT === undefined ? {} : { kmsEndpoint: LOCALSTACK_ENDPOINT }),
    without: rulesOf(BREAK),
  }
}

function rulesOf(word: RuleName | 'all' | undefined): readonly RuleName[] {
  if (word === undefined) return []
  return word === 'all' ? RULE_NAMES : [word]
}
