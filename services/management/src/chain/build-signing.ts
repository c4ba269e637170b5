import type { Clock } from '@protectmyapi/service-kit/clock'
import { every } from '@protectmyapi/service-kit/every'
import { newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import type { Telemetry } from '@protectmyapi/service-kit/telemetry/telemetry'
import type { ManagementMeasures } from '../telemetry/management-measures.js'
import type { HeadWitness } from '../vault/head-witness.js'
import { createAppendedHeads, rememberAppended } from './appended-heads.js'
import { CHAIN_LIMITS } from './chain-limits.js'
import { createSignHeads } from './sign-heads.js'
import { signerLease } from './signer-lease.js'
import { createUnsignedWatch, tellUnsigned, type UnsignedWatch } from './unsigned-watch.js'

interface Deps {
  readonly db: Knex
  readonly vault: HeadWitness
  readonly clock: Clock
  readonly log: Logger
  readonly telemetry?: Telemetry | undefined
  readonly measures?: Pick<ManagementMeasures, 'headRefusals'>
}

export interface Signing {
  readonly unsigned: UnsignedWatch
  /** Begins to have heads signed. */
  start(): void
  stop(): Promise<void>
}

/** Has the heads of access log and audit trail signed, round after round. */
export function buildSigning(deps: Deps): Signing {
  const { db, clock, log } = deps
  const appended = createAppendedHeads(clock)
  rememberAppended(db, appended)
  const unsigned = createUnsignedWatch(db, clock, appended)
  const lease = signerLease(db, newId('boot'))
  const signHeads = createSignHeads({ ...deps, appended })
  let end: (() => Promise<void>) | undefined

  async function round(): Promise<void> {
    try {
      if (await lease.take()) await signHeads.ofAll()
    } finally {
      // Always runs, no matter who holds the lease or whether that could be asked for: the lease only saves work, and
      // is a row that others can write.
      await signHeads.own().finally(() => tellUnsigned(unsigned, log))
    }
  }

  return {
    unsigned,
    start() {
      end = every(CHAIN_LIMITS.signing.periodMs, 'sign heads', deps, round)
    },
    async stop() {
      await end?.()
      // Spares another management the wait until the lease expires. While Postgres is away, it has to wait.
      await lease.giveBack().catch((err: unknown) => log.debug({ err }, 'the signer’s lease was not given back'))
    },
  }
}
