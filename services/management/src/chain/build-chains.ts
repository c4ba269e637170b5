import type { Clock } from '@protectmyapi/service-kit/clock'
import { every } from '@protectmyapi/service-kit/every'
import { INSTALLATION_ORGANIZATION, newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import type { Telemetry } from '@protectmyapi/service-kit/telemetry/telemetry'
import { inSlot } from '../export/export-slots.js'
import type { Route } from '../http/route.js'
import type { ManagementMeasures } from '../telemetry/management-measures.js'
import type { HeadWitness } from '../vault/head-witness.js'
import { createAppendedHeads, rememberAppended } from './appended-heads.js'
import { CHAIN_LIMITS } from './chain-limits.js'
import { createSignHeads } from './sign-heads.js'
import { signerLease } from './signer-lease.js'
import { createUnsignedWatch, tellUnsigned, type UnsignedWatch } from './unsigned-watch.js'
import type { Progress, Verdict } from './verdict.js'
import { verifyAll } from './verify-all.js'
import { type VerifyRouteDeps, verifyRoutes } from './verify-routes.js'

export interface ChainDeps extends VerifyRouteDeps {
  readonly db: Knex
  readonly vault: HeadWitness
  readonly clock: Clock
  readonly log: Logger
  readonly telemetry?: Telemetry | undefined
  readonly measures?: Pick<ManagementMeasures, 'headRefusals'>
}

export interface Chains {
  readonly routes: readonly Route[]
  readonly unsigned: UnsignedWatch
  /** For who operates the installation. @throws Fault RATE_LIMITED, and as verifyAll. */
  verifyAll(): AsyncGenerator<Progress | Verdict, void, undefined>
  /** Begins to have heads signed. */
  start(): void
  stop(): Promise<void>
}

/** Whose slot the verifying of all chains takes. */
const OPERATOR = { organizationId: INSTALLATION_ORGANIZATION, userId: 'operator' }

/** The chains over access log and audit trail: signed again and again, and verified for who asks. */
export function buildChains(deps: ChainDeps): Chains {
  const { db, clock, log, slots, keptDays } = deps
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
      // Whoever holds the lease, and whether it could be asked for: it saves work, and is a row that others can write.
      await signHeads.own().finally(() => tellUnsigned(unsigned, log))
    }
  }

  return {
    routes: verifyRoutes(deps),
    unsigned,
    verifyAll: () => inSlot(slots, OPERATOR, () => verifyAll(deps, keptDays)),
    start() {
      end = every(CHAIN_LIMITS.signing.periodMs, 'sign heads', deps, round)
    },
    async stop() {
      await end?.()
      // Another one need not wait for its end; where Postgres is away it does.
      await lease.giveBack().catch((err: unknown) => log.debug({ err }, 'the signer’s lease was not given back'))
    },
  }
}
