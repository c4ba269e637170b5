import { FIRST_HEAD, headAfter } from '@protectmyapi/service-kit/head-chain'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { AppendedHead, Head } from './appended-heads.js'
import { contentOf, digestOf } from './batch-digest.js'
import { CHAIN_LIMITS } from './chain-limits.js'
import { UNSIGNED } from './chain-rows.js'

/** Entries that one transaction appends to one chain, all of one day. They are in their table already. */
export interface NewBatch {
  readonly chain: string
  readonly batch: string
  readonly day: string
  /** Canonical. */
  readonly texts: readonly string[]
}

interface HeadRow {
  readonly chain: string
  readonly count: string
  readonly head: Buffer
}

/** Returns a number for the batch that this transaction is about to append, and the current day. */
export async function beginBatch(trx: Knex): Promise<{ readonly batch: string; readonly today: string }> {
  const { rows } = await trx.raw<{ rows: { batch: string; today: string }[] }>(
    `SELECT nextval('chain_batch_ids') AS batch, to_char(current_date, 'YYYY-MM-DD') AS today`,
  )
  const [begun] = rows
  if (!begun) throw new Error('Postgres answered without a row')
  return begun
}

/**
 * Appends to the chains and moves their heads. Lock order everywhere: the rows, the heads of chains, then the feed
 * counter. The heads stay locked until the commit, and everything that appends to the same chain queues behind them.
 * Returns what is to be noted after the commit.
 */
export async function appendBatches(trx: Knex, batches: readonly NewBatch[]): Promise<readonly AppendedHead[]> {
  if (batches.length === 0) return []
  // Before the lock, because this is most of the work.
  const contents = batches.map(({ texts, ...batch }) => {
    if (texts.length > CHAIN_LIMITS.batchEntriesMax) throw new Error('a batch of too many entries')
    return { ...batch, entries: texts.length, digest: digestOf(texts) }
  })
  const found = await lockHeads(trx, [...new Set(batches.map(({ chain }) => chain))])
  const heads = new Map(found)
  const links = contents.map((content) => {
    const { chain } = content
    const last = heads.get(chain) ?? NONE
    const count = last.count + 1
    const head = headAfter({ chain, count, previous: last.head, content: contentOf(content) })
    heads.set(chain, { count, head })
    return { ...content, number: count, digest: content.digest.toString('hex'), head: head.toString('hex') }
  })
  await write(trx, links)
  return [...heads].map(([chain, after]) => ({ chain, before: found.get(chain) ?? NONE, after }))
}

const NONE: Head = { count: 0, head: FIRST_HEAD }

/** In the same order everywhere, so that no two transactions deadlock. */
async function lockHeads(trx: Knex, chains: string[]): Promise<ReadonlyMap<string, Head>> {
  const read = async () => {
    const { rows } = await trx.raw<{ rows: HeadRow[] }>(
      'SELECT chain, count, head FROM chain_heads WHERE chain = ANY (?) ORDER BY chain FOR UPDATE',
      [chains],
    )
    return rows
  }
  let rows = await read()
  if (rows.length < chains.length) {
    await trx.raw(
      'INSERT INTO chain_heads (chain) SELECT chain FROM unnest(?::text[]) AS chain ORDER BY chain ON CONFLICT DO NOTHING',
      [chains],
    )
    rows = await read()
  }
  return new Map(rows.map(({ chain, count, head }) => [chain, { count: Number(count), head }]))
}

interface NewLink {
  readonly chain: string
  readonly number: number
  readonly batch: string
  readonly day: string
  readonly entries: number
  /** Hex. */
  readonly digest: string
  readonly head: string
}

async function write(trx: Knex, links: readonly NewLink[]): Promise<void> {
  const lastOf = new Map(links.map((link) => [link.chain, link.number]))
  const given = links.map((link) => ({ ...link, last: lastOf.get(link.chain) === link.number }))
  await trx.raw(
    `WITH given AS (
       SELECT * FROM json_to_recordset(?::json) AS given (chain text, number bigint, batch bigint, day date,
         entries integer, digest text, head text, last boolean)
     ), written AS (
       INSERT INTO chain_batches (chain, number, batch, day, entries, digest, head)
       SELECT chain, number, batch, day, entries, decode(digest, 'hex'), decode(head, 'hex') FROM given
     )
     UPDATE chain_heads SET count = given.number, head = decode(given.head, 'hex'), unsigned_since = ?::timestamptz
     FROM given WHERE given.last AND chain_heads.chain = given.chain`,
    [JSON.stringify(given), UNSIGNED],
  )
}
