import type { Break, Verdict } from '../api/types.js'
import { countWords } from '../kit/amounts.js'

export interface VerdictWords {
  readonly title: string
  /** `sound` only where the vault vouches and nothing is to be said against it. */
  readonly tone: 'sound' | 'reserved' | 'broken'
  readonly sentences: readonly string[]
  readonly breaks: readonly string[]
}

/**
 * What a verdict means, and no more than it means.
 *
 * @param what "The audit trail".
 * @param moment writes a moment of the API for the person.
 */
export function verdictWords(verdict: Verdict, what: string, moment: (at: string) => string): VerdictWords {
  return {
    ...judgementOf(verdict, what),
    sentences: [
      comparedOf(verdict),
      ...vouchedOf(verdict, moment),
      ...doubtfulOf(verdict),
      ...lateOf(verdict),
      ...(verdict.ok ? limitsOf(verdict) : [WHAT_TO_DO]),
    ],
    breaks: verdict.breaks.map(breakWords),
  }
}

const WHAT_TO_DO =
  'Leave everything as it is, tell the operator of the installation, and find out who can write to its database. If a break says so, verify again first.'

function judgementOf(
  { ok, from, through, signed, doubtful, late }: Verdict,
  what: string,
): Pick<VerdictWords, 'title' | 'tone'> {
  if (!ok) return { title: `${what} is not in order`, tone: 'broken' }
  if (through < from) return { title: 'Nothing is on record', tone: 'reserved' }
  if (!signed) return { title: 'The vault has not signed anything yet', tone: 'reserved' }
  const title = `${what} is in order, through link ${countWords(signed.through)} as signed by the vault`
  return doubtful || late ? { title: `${title}, with reservations`, tone: 'reserved' } : { title, tone: 'sound' }
}

function comparedOf({ from, through, entries }: Verdict): string {
  if (through < from) return 'No link was compared. A link holds entries that were written together.'
  const expired = from > 1 ? ' Those before have expired.' : ''
  return `${countWords(entries)} entries were compared, in ${links(from, through)}.${expired}`
}

function vouchedOf({ from, through, signed }: Verdict, moment: (at: string) => string): readonly string[] {
  if (!signed) {
    return through < from ? [] : ['Nothing vouches for them yet. The vault signs within a minute: verify again then.']
  }
  const vouched = `The vault last signed ${moment(signed.at)}, through link ${countWords(signed.through)}.`
  if (signed.through >= through) return [vouched]
  const younger = links(Math.max(signed.through + 1, from), through)
  return [
    vouched,
    `What is in ${younger} could have been altered unseen so far. The vault signs within a minute: verify again then.`,
  ]
}

function doubtfulOf({ doubtful }: Verdict): readonly string[] {
  if (!doubtful) return []
  const which = links(doubtful.from, doubtful.through)
  return [
    `Somebody else may have signed ${which}: by then the vault’s key had leaked, and no later signature is by a new key. They were compared with what the vault remembers all the same. Verify again once the vault has signed with a new key.`,
  ]
}

function lateOf({ late }: Verdict): readonly string[] {
  if (!late) return []
  const which = links(late.from, late.through)
  return [
    `The vault signed ${which}, or has yet to sign, up to ${durationWords(late.seconds)} after the time of their entries. This is not a break: something was unavailable, or entries waited. During that time they could have been altered unseen.`,
  ]
}

function limitsOf({ signed, doubtful, late }: Verdict): readonly string[] {
  if (!signed) return []
  const shows = 'this shows that nothing on record was changed, added or removed after the vault signed it'
  return [
    `${doubtful || late ? `Otherwise ${shows}` : shows.replace('this', 'This')}. What was altered in the minute before that may escape.`,
  ]
}

const BREAKS: Readonly<Record<Break['kind'], string>> = {
  'table-altered': 'A table was altered, replaced or locked while it was read',
  'entry-edited': 'Entries were changed',
  'entry-missing': 'Entries are missing',
  'entry-extra': 'Entries were added',
  'link-missing': 'A link is missing',
  'link-altered': 'A link was changed',
  'link-reordered': 'A link stands in the place of another',
  'link-extra': 'A link was added',
  'head-altered': 'The end of the chain was changed',
  truncated: 'The end of the chain is missing, or was hidden',
  rewritten: 'The chain was written anew, and is not what the vault signed',
  'signature-invalid': 'A signature is not by the vault',
  'signed-head-missing': 'A signature of the vault is missing',
  'signed-head-extra': 'A signature has no link',
  'vault-behind': 'The vault remembers less than it signed: its own database was set back',
  'chain-unknown': 'The chain belongs to no organization',
}

function breakWords({ kind, link, day, detail }: Break): string {
  const known: Readonly<Record<string, string | undefined>> = BREAKS
  const where = [link === null ? [] : [`link ${countWords(link)}`], day === null ? [] : [`entries of ${day}`]].flat()
  return `${known[kind] ?? kind}${where.length === 0 ? '' : ` (${where.join(', ')})`}: ${detail}.`
}

function links(from: number, through: number): string {
  return from === through ? `link ${countWords(from)}` : `links ${countWords(from)} to ${countWords(through)}`
}

/** Rounded up: a doubt is not to look smaller than it is. */
function durationWords(seconds: number): string {
  const minutes = Math.ceil(seconds / 60)
  if (minutes < 120) return minutes === 1 ? '1 minute' : `${minutes} minutes`
  return minutes < 48 * 60 ? `${Math.ceil(minutes / 60)} hours` : `${Math.ceil(minutes / 60 / 24)} days`
}
