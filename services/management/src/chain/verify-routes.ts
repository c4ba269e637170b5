import { z } from 'zod'
import type { ExportSlots, SlotTaker } from '../export/export-slots.js'
import { Timestamp } from '../http/fields.js'
import { type Route, route } from '../http/route.js'
import { accessLogSource, auditSource, type ChainSource } from './chain-source.js'
import { BREAKS, type Progress, type Verdict } from './verdict.js'
import { type VerifyDeps, verifyChain } from './verify-chain.js'

const ProgressLine = z.object({
  type: z.literal('progress'),
  chain: z.string(),
  link: z.int(),
  of: z.int(),
  entries: z.int(),
})

const VerdictLine = z.object({
  type: z.literal('verdict'),
  chain: z.string(),
  ok: z.boolean(),
  from: z.int().meta({ description: 'The first link that is kept: those before it have run out.' }),
  through: z.int(),
  entries: z.int(),
  signed: z.object({ through: z.int(), at: Timestamp }).nullable().meta({
    description: 'What the vault signed. Entries of later links could have been altered unseen.',
  }),
  doubtful: z.object({ from: z.int(), through: z.int() }).nullable().meta({
    description:
      'Links whose signed heads somebody else may have signed: the vault’s key was known to others then, and it has signed none since by another.',
  }),
  late: z.object({ from: z.int(), through: z.int(), seconds: z.int() }).nullable().meta({
    description:
      'Links that the vault signed, or has still to sign, more than five minutes after their entries’ own time, and the longest such time. No break: something was away. For so long they could have been altered unseen.',
  }),
  breaks: z.array(
    z.object({
      kind: z.enum(BREAKS),
      link: z.int().nullable(),
      day: z.string().nullable(),
      detail: z.string(),
    }),
  ),
})

const Line = z.discriminatedUnion('type', [ProgressLine, VerdictLine])

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

  async function* verified(taker: SlotTaker, source: ChainSource): AsyncGenerator<readonly (Progress | Verdict)[]> {
    const giveBack = slots.take(taker)
    try {
      await pause()
      for await (const line of verifyChain(deps, source)) yield [line]
    } finally {
      giveBack()
    }
  }

  const trail = route({
    method: 'GET',
    path: '/orgs/{org}/audit/verify',
    summary: 'Verify the audit trail',
    description: DESCRIPTION,
    permission: 'audit:read',
    answers: { status: 200, lines: Line },
    handle: async ({ org, principal: { userId } }) => ({
      body: undefined,
      pages: verified({ organizationId: org.id, userId }, auditSource(org.id)),
    }),
  })
  const log = route({
    method: 'GET',
    path: '/orgs/{org}/access-log/verify',
    summary: 'Verify the access log',
    description: DESCRIPTION,
    permission: 'audit:read',
    answers: { status: 200, lines: Line },
    handle: async ({ org, principal: { userId } }) => ({
      body: undefined,
      pages: verified({ organizationId: org.id, userId }, accessLogSource(org.id, keptDays)),
    }),
  })
  return [trail, log]
}
