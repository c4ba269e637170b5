import { type ExportSlots, inSlot, type SlotTaker } from '../export/export-slots.js'
import { type Route, route } from '../http/route.js'
import { accessLogSource, auditSource, type ChainSource } from './chain-source.js'
import type { Progress, Verdict } from './verdict.js'
import { type VerifyDeps, verifyChain } from './verify-chain.js'
import { VerifyLine } from './verify-line.js'

const DESCRIPTION =
  'NDJSON: progress on long trails, and the verdict in the last line. Begins within five seconds, at a moment that nobody foresees. An answer without a verdict (curl ends with 18) says nothing. 503 where the vault is away: it alone remembers what it signed.'

export interface VerifyRouteDeps extends VerifyDeps {
  /** Before the snapshot. */
  readonly pause: () => Promise<void>
  /** Apart from those of exports. */
  readonly slots: ExportSlots
  /** How long the access log is kept. */
  readonly keptDays: number
}

/** Has anybody altered the records? Both for those who may read the trail. */
export function verifyRoutes(deps: VerifyRouteDeps): readonly Route[] {
  const { pause, slots, keptDays } = deps

  async function* verified(source: ChainSource): AsyncGenerator<readonly (Progress | Verdict)[]> {
    await pause()
    for await (const line of verifyChain(deps, source)) yield [line]
  }

  const pages = (taker: SlotTaker, source: ChainSource) => inSlot(slots, taker, () => verified(source))

  const trail = route({
    method: 'GET',
    path: '/orgs/{org}/audit/verify',
    summary: 'Verify the audit trail',
    description: DESCRIPTION,
    permission: 'audit:read',
    answers: { status: 200, lines: VerifyLine },
    handle: async ({ org, principal: { userId } }) => ({
      body: undefined,
      pages: pages({ organizationId: org.id, userId }, auditSource(org.id)),
    }),
  })
  const log = route({
    method: 'GET',
    path: '/orgs/{org}/access-log/verify',
    summary: 'Verify the access log',
    description: DESCRIPTION,
    permission: 'audit:read',
    answers: { status: 200, lines: VerifyLine },
    handle: async ({ org, principal: { userId } }) => ({
      body: undefined,
      pages: pages({ organizationId: org.id, userId }, accessLogSource(org.id, keptDays)),
    }),
  })
  return [trail, log]
}
