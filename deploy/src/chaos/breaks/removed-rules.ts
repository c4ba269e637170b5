import type { ViolationKind } from '../check/violation.js'

/** A change of compiled code: `from`, which occurs exactly once, is replaced by `to`. */
export interface Patch {
  /** Path below the project. */
  readonly file: string
  readonly from: string
  readonly to: string
}

/** A rule that the promises rest on, and how to remove it. Without the rule the run must fail. */
export interface RemovedRule {
  readonly what: string
  /** The violation that the removal must cause. Any other violation does not show that this rule is needed. */
  readonly red: ViolationKind
  readonly patches: readonly Patch[]
}

export const REMOVED_RULES = {
  wait: {
    what: 'the writer waits for nobody',
    red: 'stale',
    patches: [
      {
        file: 'services/management/dist/feed/wait-until-seen.js',
        from: 'let waiting = readers.filter(({ applied }) => applied < number);',
        to: 'let waiting = readers.slice(0, 0);',
      },
    ],
  },
  fill: {
    what: 'FENCE, HANDOVER and RFLOOR: what arrives below a floor is held, and handed over',
    red: 'stale',
    patches: [
      {
        file: 'services/proxy/dist/freshness/held.js',
        from: ' && keeper.accepts(held.labels)',
        to: '',
      },
      {
        file: 'services/proxy/dist/lease/held-leases.js',
        from: 'if (!keeper.accepts(route.labels))',
        to: 'if (false)',
      },
      {
        file: 'services/proxy/dist/lease/shared/read-shared.js',
        from: "if (!keeper.accepts([{ kind: 'FEED_KIND_SECRET', id: secretId, generation }]))",
        to: 'if (false)',
      },
    ],
  },
  lock: {
    what: 'SEQLOCK: a number of the feed is taken in a transaction of its own, so nothing is locked to the commit',
    red: 'stale',
    patches: [
      {
        file: 'services/management/dist/feed/commit-change.js',
        from: 'await appendFeed(trx, change.feed)',
        to: "await appendFeed(trx, change.feed, (await db.raw('UPDATE feed_counter SET value = value + ? RETURNING value', [change.feed.length])).rows[0].value)",
      },
      {
        file: 'services/management/dist/feed/append-feed.js',
        from: 'export async function appendFeed(trx, entries) {',
        to: 'export async function appendFeed(trx, entries, last) {',
      },
      {
        file: 'services/management/dist/feed/append-feed.js',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text of a template.
        from: 'UPDATE feed_counter SET value = value + ? FROM (${DURABLY}) AS d RETURNING feed_counter.value',
        to: 'SELECT ?::bigint AS value',
      },
      {
        file: 'services/management/dist/feed/append-feed.js',
        from: '[entries.length, JSON.stringify(entries), entries.length, FEED_CHANNEL]',
        to: '[last, JSON.stringify(entries), entries.length, FEED_CHANNEL]',
      },
    ],
  },
  buffer: {
    what: 'the record buffer: what is in Redis is kept nowhere else',
    red: 'lost',
    patches: [
      {
        file: 'services/proxy/dist/record/stream-record.js',
        from: "shard.kept.push({ text: lines.join('\\n'), organizations, lastSequence, atMs });",
        to: 'organizations.forEach(drained);',
      },
    ],
  },
} as const satisfies Record<string, RemovedRule>

export type RuleName = keyof typeof REMOVED_RULES

export const RULE_NAMES = ['wait', 'fill', 'lock', 'buffer'] as const satisfies readonly RuleName[]
