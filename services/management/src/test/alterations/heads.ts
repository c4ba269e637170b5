import type { Alteration, Superuser } from '../superuser.js'

/** Leaves only the first `count` links, with their entries and their head. */
async function cutTo(su: Superuser, count: number, leftUnsigned: boolean): Promise<void> {
  const { head } = await su.link(count).first()
  await su
    .db(su.table)
    .where({ organization_id: su.organizationId })
    .whereIn('batch', linksAfter(su, count).select('batch'))
    .delete()
  await linksAfter(su, count).delete()
  await su.db('chain_checkpoints').where({ chain: su.chain }).where('count', '>', count).delete()
  await su.head().update({ count, head, ...(leftUnsigned ? {} : { unsigned_since: null }) })
}
const linksAfter = (su: Superuser, count: number) =>
  su.db('chain_batches').where({ chain: su.chain }).where('number', '>', count)

export const HEADS: readonly Alteration[] = [
  ['alters the head', (su) => su.head().update({ head: Buffer.alloc(32, 1) }), 'head-altered', 5],
  ['counts a link more', (su) => su.head().update({ count: 6 }), 'link-missing', 6],
  ['counts as many as there can be', (su) => su.head().update({ count: '9223372036854775807' }), 'link-missing', 6],
  [
    'counts as few as there can be',
    (su) => su.head().update({ count: '-9223372036854775808' }),
    'head-altered',
    Number.MIN_SAFE_INTEGER,
  ],
  ['removes the head', (su) => su.head().delete(), 'link-extra', 1],
  [
    'sets the head back to what was signed',
    async (su) => su.head().update(await su.signed(4).first('count', 'head')),
    'link-extra',
    5,
  ],
  [
    'marks as signed what is not, so that nobody has it signed',
    (su) => su.head().update({ unsigned_since: null }),
    'head-altered',
    5,
  ],
  [
    'says since when it is unsigned',
    (su) => su.head().update({ unsigned_since: su.db.raw('now()') }),
    'head-altered',
    5,
  ],
  ['says that it never will be', (su) => su.head().update({ unsigned_since: 'infinity' }), 'head-altered', 5],
  [
    'sets that forward by a microsecond',
    (su) => su.head().update({ unsigned_since: su.db.raw(`unsigned_since + interval '1 microsecond'`) }),
    'head-altered',
    5,
  ],
  ['cuts the end off, with all that was signed of it', (su) => cutTo(su, 2, false), 'truncated', 2],
  ['does so, and leaves the mark', (su) => cutTo(su, 2, true), 'truncated', 2],
  ['cuts the end off, and leaves the head', (su) => linksAfter(su, 2).delete(), 'link-missing', 3],
  [
    'removes all that there is',
    async (su) => {
      for (const name of ['chain_batches', 'chain_heads', 'chain_checkpoints'])
        await su.db(name).where({ chain: su.chain }).delete()
      await su.db(su.table).where({ organization_id: su.organizationId }).delete()
    },
    'truncated',
    0,
  ],
]

export const SIGNED: readonly Alteration[] = [
  ['forges a signature', (su) => su.signed(2).update({ signature: Buffer.alloc(64) }), 'signature-invalid', 2],
  [
    'turns a bit of one',
    (su) => su.signed(2).update({ signature: su.db.raw('set_bit(signature, 511, 1 - get_bit(signature, 511))') }),
    'signature-invalid',
    2,
  ],
  [
    'cuts one',
    (su) => su.signed(2).update({ signature: su.db.raw('substr(signature, 1, 63)') }),
    'signature-invalid',
    2,
  ],
  ['names another key', (su) => su.signed(2).update({ key_id: 'key_else' }), 'signature-invalid', 2],
  ['calls one younger than it is', (su) => su.signed(2).increment('signed_at_ms', 1_000), 'signature-invalid', 2],
  [
    'has one sign another head',
    (su) => su.signed(2).update({ head: su.link(3).select('head') }),
    'signature-invalid',
    2,
  ],
  [
    'has an older one stand for the newest',
    async (su) => {
      await su.signed(4).delete()
      await su.signed(2).update({ count: 4 })
    },
    'signature-invalid',
    4,
  ],
  [
    'puts another organization’s in its place',
    async (su) => {
      await su.signed(2).delete()
      await su.db('chain_checkpoints').where({ chain: su.other.chain, count: 2 }).update({ chain: su.chain })
    },
    'signature-invalid',
    2,
  ],
  ['takes one away', (su) => su.signed(2).delete(), 'signed-head-missing', 4],
  [
    'gives one to a chain that there is not',
    (su) => su.signed(2).update({ chain: 'audit/org_else' }),
    'signed-head-missing',
    4,
  ],
  ['moves one beyond the end', (su) => su.signed(2).update({ count: 1_000 }), 'signed-head-missing', 4],
  ['moves one before the beginning', (su) => su.signed(2).update({ count: -2 }), 'signed-head-missing', 4],
  ['moves the newest beyond the end', (su) => su.signed(4).update({ count: 6 }), 'signed-head-extra', 6],
  ['says that one was kept after another', (su) => su.signed(4).update({ previous: 3 }), 'signed-head-missing', 4],
  ['says that one was the first', (su) => su.signed(4).update({ previous: 0 }), 'signed-head-missing', 4],
  [
    'takes all away, and marks the head as signed',
    async (su) => {
      await su.db('chain_checkpoints').where({ chain: su.chain }).delete()
      await su.head().update({ unsigned_since: null })
    },
    'head-altered',
    5,
  ],
  [
    'removes links as if they had run out, with a signed head that it calls old',
    async (su) => {
      await su.entries(1).delete()
      await su.entries(2).delete()
      await su.db('chain_batches').where({ chain: su.chain }).where('number', '<=', 2).delete()
      await su.signed(2).decrement('signed_at_ms', 400 * 86_400_000)
    },
    'link-missing',
    1,
  ],
]
