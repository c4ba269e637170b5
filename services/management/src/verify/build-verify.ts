import { INSTALLATION_ORGANIZATION } from '@protectmyapi/service-kit/ids'
import { createEarlySnapshot } from '../export/early-snapshot.js'
import { createExportSlots, inSlot } from '../export/export-slots.js'
import type { Route } from '../http/route.js'
import type { Progress, Verdict } from './verdict.js'
import { type VerifyAllDeps, verifyAll } from './verify-all.js'
import { verifyRoutes } from './verify-routes.js'

interface Deps extends VerifyAllDeps {
  /** How long the access log is kept. */
  readonly keptDays: number
}

export interface Verifying {
  readonly routes: readonly Route[]
  /** For the operator of the installation. @throws Fault RATE_LIMITED, and as verifyAll. */
  ofAll(): AsyncGenerator<Progress | Verdict, void, undefined>
}

/** In whose name verifying all chains takes a slot. */
const OPERATOR = { organizationId: INSTALLATION_ORGANIZATION, userId: 'operator' }

/** Verifies access log and audit trail on request. Only a few verifications run at once, for all callers together. */
export function buildVerify(deps: Deps): Verifying {
  const slots = createExportSlots('verifications')
  return {
    routes: verifyRoutes({ ...deps, slots, snapshot: createEarlySnapshot(deps, 'verifications') }),
    ofAll: () => inSlot(slots, OPERATOR, () => verifyAll(deps, deps.keptDays)),
  }
}
