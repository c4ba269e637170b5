import { FIRST_HEAD, headAfter } from '@protectmyapi/service-kit/head-chain'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { contentOf, digestOf } from '../chain/batch-digest.js'
import { batchesAfter } from '../chain/chain-rows.js'
import { readNow } from '../db/read.js'
import type { ChainSource } from '../verify/chain-source.js'

/** A superuser who knows the format: recomputes every link and head of a chain from what the tables hold now. */
export async function writeAnew(db: Knex, source: ChainSource): Promise<void> {
  const { chain } = source
  const read = readNow(db)
  const links = await batchesAfter(read, chain, { after: 0, through: 1_000, limit: 1_000 })
  const entries = await source.entriesOf(
    read,
    links.map((link) => ({ ...link, entries: 1_000 })),
  )
  let head = FIRST_HEAD
  for (const link of links) {
    const found = entries.get(link.number)?.texts ?? []
    const digest = digestOf(found)
    const content = contentOf({ ...link, entries: found.length, digest })
    head = headAfter({ chain, count: link.number, previous: head, content })
    await db('chain_batches').where({ chain, number: link.number }).update({ entries: found.length, digest, head })
  }
  await db('chain_heads').where({ chain }).update({ count: links.length, head })
}
