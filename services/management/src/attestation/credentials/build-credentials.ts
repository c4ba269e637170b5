import { every } from '@protectmyapi/service-kit/every'
import type { Telemetry } from '@protectmyapi/service-kit/telemetry/telemetry'
import type { Route } from '../../http/route.js'
import type { CredentialDeps } from './credential-deps.js'
import { credentialRoutes } from './credential-routes.js'
import { tendCredentials } from './tend-credentials.js'

const LIMITS = {
  /** Between two runs: what a crash, or the deletion of an app, left to be destroyed is destroyed at most this late. */
  periodMs: 5_000,
} as const

export interface Credentials {
  readonly routes: readonly Route[]
  /** Starts the work that finishes what a crash or the vault's absence left unfinished. */
  start(): void
  stop(): Promise<void>
}

/** What apps' attestations are verified with: its routes, and the work behind them. */
export function buildCredentials(deps: CredentialDeps & { readonly telemetry?: Telemetry | undefined }): Credentials {
  let end: (() => Promise<void>) | undefined
  return {
    routes: credentialRoutes(deps),
    start() {
      end = every(LIMITS.periodMs, 'attestation credentials', deps, () => tendCredentials(deps))
    },
    async stop() {
      await end?.()
    },
  }
}
