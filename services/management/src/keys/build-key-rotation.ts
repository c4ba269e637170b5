import { every } from '@protectmyapi/service-kit/every'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import type { Telemetry } from '@protectmyapi/service-kit/telemetry/telemetry'
import { type TendDeps, tendSigningKeys } from './tend-signing-keys.js'

const LIMITS = {
  /** Between two runs: a key is withdrawn, and an unfinished destruction resumed, at most this late. */
  periodMs: 10_000,
} as const

/** Rotates keys by age, and finishes what rotations leave to be done. */
export interface KeyRotation {
  start(): void
  stop(): Promise<void>
}

export function buildKeyRotation(
  deps: TendDeps & { readonly log: Logger; readonly telemetry?: Telemetry },
): KeyRotation {
  let end: (() => Promise<void>) | undefined
  return {
    start() {
      end = every(LIMITS.periodMs, 'rotation of signing keys', deps, () => tendSigningKeys(deps))
    },
    async stop() {
      await end?.()
    },
  }
}
