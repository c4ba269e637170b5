import { every } from '@protectmyapi/service-kit/every'
import type { Telemetry } from '@protectmyapi/service-kit/telemetry/telemetry'
import type { Route } from '../http/route.js'
import type { SecretDeps } from './secret-deps.js'
import { secretRoutes } from './secret-routes.js'
import { finishDestructions, finishShredding, RECONCILER_LIMITS, settleIntents } from './write-protocol/reconcile.js'

export interface Secrets {
  readonly routes: readonly Route[]
  /** Starts the reconciler. */
  start(): void
  stop(): Promise<void>
}

/** The routes of secrets, and the reconciler that finishes what a crash or the vault's absence left unfinished. */
export function buildSecrets(deps: SecretDeps & { readonly telemetry?: Telemetry | undefined }): Secrets {
  let ends: (() => Promise<void>)[] = []
  return {
    routes: secretRoutes(deps),
    start() {
      const { periodMs } = RECONCILER_LIMITS
      // Separate loops, because a destruction may have to wait for a horizon, and an intent must not.
      ends = [
        every(periodMs, 'settle intents', deps, () => settleIntents(deps)),
        every(periodMs, 'finish destructions', deps, () => finishDestructions(deps)),
        every(periodMs, 'finish shredding', deps, () => finishShredding(deps)),
      ]
    },
    async stop() {
      await Promise.all(ends.map((end) => end()))
      ends = []
    },
  }
}
