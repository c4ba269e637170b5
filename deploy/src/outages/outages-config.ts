import { List, parseEnvironment } from '@protectmyapi/service-kit/program/config'
import { z } from 'zod'

export interface OutagesConfig {
  readonly horizonsMs: readonly number[]
  /** Words of which an outage's name holds one; none: all of them. */
  readonly only: readonly string[]
  /** Of a LocalStack on this machine; else the rig starts one. */
  readonly kmsEndpoint: string | undefined
}

const OutagesEnv = z.object({
  HORIZONS: List.default([])
    .transform((words) => (words.length === 0 ? [30_000, 5_000] : words.map(Number)))
    .pipe(z.array(z.int().min(1_000).max(60_000))),
  ONLY: List.default([]),
  LOCALSTACK_ENDPOINT: z.url({ protocol: /^http$/, hostname: /^(127\.0\.0\.1|localhost)$/ }).optional(),
})

/** Pure: main.ts hands in the environment, once. */
export function outagesConfig(env: NodeJS.ProcessEnv): OutagesConfig {
  const { HORIZONS, ONLY, LOCALSTACK_ENDPOINT } = parseEnvironment(OutagesEnv, env)
  return { horizonsMs: HORIZONS, only: ONLY, kmsEndpoint: LOCALSTACK_ENDPOINT }
}
