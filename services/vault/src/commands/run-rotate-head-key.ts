import { ConfigError } from '@protectmyapi/service-kit/program/config'
import type { VaultConfig } from '../config.js'
import { rotateHeadKey } from '../heads/rotate-head-key.js'
import type { VaultPorts } from '../open-vault.js'
import { withVault } from './with-vault.js'

/** The offset is required: a time that is wrong by an hour would put what a thief signed on the wrong side. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/

/**
 * The `rotate-head-key` command; runs beside serving vaults. A time says that somebody else may have had the signing
 * key since then.
 *
 * @throws ConfigError if the argument is not a time; Fault as rotateHeadKey, and what Postgres throws: run the command
 * again then.
 */
export function runRotateHeadKey(
  config: VaultConfig,
  knownSince: string | undefined,
  ports: VaultPorts,
): Promise<void> {
  const knownSinceMs = knownSince === undefined ? undefined : timeOf(knownSince)
  return withVault(config, ports, async (vault) => {
    await rotateHeadKey(vault)(knownSinceMs === undefined ? {} : { knownSinceMs })
  })
}

function timeOf(text: string): number {
  const ms = TIME.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(ms)) throw new ConfigError('Give a time with its offset: 2026-01-31T12:00:00Z.')
  return ms
}
