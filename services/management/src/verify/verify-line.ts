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
  from: z.int().meta({ description: 'The first link that is kept; those before it have expired.' }),
  through: z.int(),
  entries: z.int(),
  signed: z.object({ through: z.int(), at: Timestamp }).nullable().meta({
    description:
      'The last link that the vault signed. Entries of later links could have been altered without detection.',
  }),
  doubtful: z.object({ from: z.int(), through: z.int() }).nullable().meta({
    description:
      'Links whose heads somebody else may have signed: the vault’s key had leaked by then, and no later head is signed by a new key.',
  }),
  late: z.object({ from: z.int(), through: z.int(), seconds: z.int() }).nullable().meta({
    description:
      'Links that the vault signed, or has yet to sign, more than five minutes after the time of their entries, and the longest such delay. This is not a break: something was unavailable. During that time the entries could have been altered without detection.',
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
