import { writeAnew } from '../forger.js'
import type { Alteration } from '../superuser.js'

export const LINKS: readonly Alteration[] = [
  [
    'deletes a link and its entries',
    async (su) => {
      await su.entries(2).delete()
      await su.link(2).delete()
    },
    'link-missing',
    2,
  ],
  ['deletes the first link', (su) => su.link(1).delete(), 'link-missing', 1],
  ['gives a link to another organization', (su) => su.link(3).update({ chain: 'audit/org_else' }), 'link-missing', 3],
  ['edits what a link says of its entries', (su) => su.link(2).update({ entries: 7 }), 'link-altered', 2],
  [
    'sets its day to before Christ',
    (su) => su.link(2).update({ day: su.db.raw(`(day || ' BC')::date`) }),
    'link-altered',
    2,
  ],
  ['sets its day to one that never is', (su) => su.link(2).update({ day: '-infinity' }), 'link-altered', 2],
  [
    'takes two links together',
    async (su) => {
      await su.entries(3).update({ batch: su.batch })
      await su.link(2).update({ entries: su.db.raw('entries * 2') })
      await su.link(3).update({ entries: 0 })
    },
    'link-altered',
    2,
  ],
  [
    'exchanges two links',
    async (su) => {
      await su.link(2).update({ number: 1_002 })
      await su.link(3).update({ number: 2 })
      await su.link(1_002).update({ number: 3 })
    },
    'link-reordered',
    2,
  ],
  [
    'exchanges what two links hold',
    async (su) => {
      const [two, three] = [await su.link(2).first(), await su.link(3).first()]
      const held = ({ batch, day, entries, digest }: typeof two) => ({ batch, day, entries, digest })
      await su.link(2).update({ ...held(two), batch: 99_000_001 })
      await su.link(3).update(held(two))
      await su.link(2).update(held(three))
    },
    'link-reordered',
    2,
  ],
  ...[0, 105, '9007199254740993'].map(
    (number): Alteration => [
      `adds link ${number}, which no head counts`,
      (su) =>
        su.run(
          `INSERT INTO chain_batches SELECT chain, ?::bigint, 99000002, day, entries, digest, head FROM chain_batches
           WHERE chain = ? AND number = 5`,
          number,
          su.chain,
        ),
      'link-extra',
      Math.min(Number(number), Number.MAX_SAFE_INTEGER),
    ],
  ),
  [
    'edits an entry and writes the whole chain anew',
    async (su) => {
      await su.rewrite(`'{}'`)
      await writeAnew(su.db, su.source)
    },
    'rewritten',
    2,
  ],
  [
    'does so, and removes the signed heads',
    async (su) => {
      await su.entry().delete()
      await writeAnew(su.db, su.source)
      await su.db('chain_checkpoints').where({ chain: su.chain }).delete()
    },
    'rewritten',
    4,
  ],
  [
    'puts the whole of another organization’s in its place',
    async (su) => {
      const { chain, organizationId, other } = su
      for (const name of ['chain_batches', 'chain_heads', 'chain_checkpoints']) {
        await su.db(name).where({ chain }).delete()
        await su.db(name).where({ chain: other.chain }).update({ chain })
      }
      await su.db(su.table).where({ organization_id: organizationId }).delete()
      await su.db(su.table).where({ organization_id: other.organizationId }).update({ organization_id: organizationId })
    },
    'link-altered',
    1,
  ],
]
