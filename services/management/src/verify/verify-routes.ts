import type { Snapshot } from '../db/snapshot.js'
import type { EarlySnapshot } from '../export/early-snapshot.js'
import { type ExportSlots, inSlot } from '../export/export-slots.js'
import { type Route, route } from '../http/route.js'
import { accessLogSource, auditSource, type ChainSource } from './chain-source.js'
import type { Progress, Verdict } from './verdict.js'
import { type VerifyDeps, verifyChain } from './verify-chain.js'
import { VerifyLine } from './verify-line.js'

const DESCRIPTION =
  'NDJSON: progress for long trails, and the verdict in the last line. Verifies one state of the database, read before the caller is authenticated. An answer without a verdict (curl ends with 18) proves nothing. Answers 503 if the vault is unavailable, because only the vault remembers what it signed.'

export interface VerifyRouteDeps extends VerifyDeps {
  /** Both are separate from those of exports. */
  readonly snapshot: EarlySnapshot
  readonly slots: ExportSlots
  /** How long the access log is kept. */
  readonly keptDays: number
}

/** Routes that tell whether anybody has altered the records. Both are for those who may read the trail. */
export function verifyRoutes(deps: VerifyRouteDeps): readonly Route[] {
  const { snapshot, slots, keptDays } = deps

  async function* verified(taken: Snapshot, source: ChainSource): AsyncGenerator<readonly (Progress | Verdict)[]> {
    for await (const line of verifyChain(deps, taken, source)) yield [line]
  }

  const verifying = (
    path: '/orgs/{org}/audit/verify' | '/orgs/{org}/access-log/verify',
    summary: string,
    sourceOf: (organizationId: string) => ChainSource,
  ): Route =>
    route({
      method: 'GET',
      path,
      summary,
      description: DESCRIPTION,
      permission: 'audit:read',
      snapshot,
      answers: { status: 200, lines: VerifyLine },
      async handle({ org, principal: { userId }, snapshot: taken }) {
        const taker = { organizationId: org.id, userId }
        return { body: undefined, pages: inSlot(slots, taker, () => verified(taken, sourceOf(org.id))) }
      },
    })

  return [
    verifying('/orgs/{org}/audit/verify', 'Verify the audit trail', auditSource),
    verifying('/orgs/{org}/access-log/verify', 'Verify the access log', (id) => accessLogSource(id, keptDays)),
  ]
}
