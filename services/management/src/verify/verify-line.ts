import { z } from 'zod'
import { Timestamp } from '../http/fields.js'
import { BREAKS } from './verdict.js'

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

/** What verifying yields: Progress and Verdict, as they are sent. */
export const VerifyLine = z.discriminatedUnion('type', [ProgressLine, VerdictLine])
