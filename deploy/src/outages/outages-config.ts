import { List, parseEnvironment } from '@protectmyapi/service-kit/program/config'
import { z } from 'zod'

export interface OutagesConfig {
  readonly horizonsMs: readonly number[]
  /** Only outages whose name contains one of these words. Empty selects all. */
  readonly only: readonly string[]
  /** The address of a LocalStack on this machine; without it the rig starts one. */
  readonly kmsEndpoint: string | undefined
}

const OutagesEnv = z.object({
  HORIZONS: List.default([])
    .transform((words) => (words.length === 0 ? [30_000, 5_000] : words.map(Number)))
    .pipe(z.array(z.int().min(1_000).max(60_000))),
  ONLY: List.default([]),
  LOCALSTACK_ENDPOINT: z.url({ protocol: /^http$/, hostname: /^(127\.0\.0\.1|localhost)$/ }).optional(),
})

/** Pure: main.ts passes the environment in, once. */
export function outagesConfig(env: NodeJS.ProcessEnv): OutagesConfig {
  const { HORIZONS, ONLY, LOCALSTACK_ENDPOINT } = parseEnvironment(OutagesEnv, env)
  return { horizonsMs: HORIZONS, only: ONLY, kmsEndpoint: LOCALSTACK_ENDPOINT }
}
