import type { WithoutRule } from './run.js'

/** One proxy and one writer. */
const SMALL = ['NP=1', 'NW=1']
/** Two writers, without the faults that these rules do not need. */
const TWO_WRITERS = ['NP=1', 'NW=2', 'H=1', 'G=1', 'CALM']

/** Each rule of docs/freshness.md switched off, in the smallest configuration that shows what it is for. */
export const WITHOUT_RULES: readonly WithoutRule[] = [
  without('SEQLOCK', [...TWO_WRITERS, 'NOISE'], 'row 2 is seen before row 1: the proxy reports 2, and 1 is missed'),
  without('RECORDFIRST', SMALL, 'the rows are read, the writer sees nobody and answers, then the horizon is recorded'),
  without('LISTLATE', SMALL, 'the writer looks for proxies before its commit, and misses one that came between'),
  without('FROZEN', [...SMALL, 'PROGRESS'], 'a proxy whose answers get lost postpones the writer for ever'),
  without('UPSERT', SMALL, 'a proxy whose row was forgotten goes on, unseen by the writer'),
  without(
    'BOOT',
    ['NP=2', 'NW=1', 'H=1', 'G=1'],
    'two processes share a row: what one applied is believed of the other',
  ),
  without('DURABLE', SMALL, 'Postgres crashes and forgets a proxy that still holds the old state'),
  without('MARGIN', SMALL, 'the proxy’s clock loses a tick, and the writer answers before its horizon has passed'),
  without('WINDOW', SMALL, 'the feed forgets a row while something older than it still lives'),
  without(
    'RESET',
    [...SMALL, 'KEY'],
    'a proxy comes back after the window, and keeps the lease key of a dead organization',
  ),
  without('HGRANTED', SMALL, 'the proxy believes in a longer horizon than was recorded'),
  without('ECHO', SMALL, 'an old answer moves the horizon as if it were of the Sync that was sent last'),
  without('SENT', SMALL, 'the horizon counts from the answer’s arrival, which was late'),
  without('CONTIG', [...TWO_WRITERS, 'NOISE'], 'a pushed row is taken although the one before it was lost'),
  without('APPLY', SMALL, 'a row is reported when it arrives, and the old value is used before it is applied'),
  without('EVICT', SMALL, 'a row is applied, and what was held below it is used on'),
  without('FENCE', SMALL, 'a lease that was under way lands below the floor, and is used'),
  without('HANDOVER', SMALL, 'a request joins a flight that began before the answer, and takes what it brings'),
  without('LABEL', SMALL, 'an old lease is labelled by the floor known on its arrival, and passes for new'),
  without('TTL', SMALL, 'a lease that arrives late lives its whole life from then, beyond the window'),
  without('CAP', SMALL, 'a lease outlives the grant that it was taken against, beyond the window'),
  without('READTIME', SMALL, 'a grant’s life counts from its signing, long after the read, and goes beyond the window'),
  without('CAS', TWO_WRITERS, 'a slow writer commits what the reconciler had settled already, over a newer version'),
  without(
    'TOMB',
    TWO_WRITERS,
    'a late put is stored after its intent was given up: the secret can never be replaced again',
  ),
  without('RETRYWAITS', SMALL, 'management crashed; the retry finds the change made, and answers without a wait'),
  without('RFLOOR', SMALL, 'an old lease from Redis is taken below the floor'),
  without('RTTL', SMALL, 'Redis serves a lease past its end, as old as you like'),
]

function without(rule: string, defines: readonly string[], shows: string): WithoutRule {
  return {
    kind: 'without',
    name: rule,
    rule,
    defines: [...defines, `OFF=${rule}`],
    search: 'shortest',
    secondsMax: 90,
    shows,
  }
}
