import { INSTALLATION_ORGANIZATION } from '@protectmyapi/service-kit/ids'
import { CHAIN_LIMITS } from '../chain/chain-limits.js'
import { auditChain } from '../chain/chain-names.js'
import type { Read } from '../db/read.js'
import { accessLogSource, auditSource, type ChainSource } from './chain-source.js'

/**
 * The chains of the installation, and of every organization that anything names: its own row, an entry, a link, a head,
 * or the vault, where nobody who writes to management's tables can take a name away. A name that belongs to no
 * organization is returned as it is.
 *
 * @param signed names of chains that the vault remembers.
 * @param keptDays how long the log is kept.
 */
export async function* everyChain(
  read: Read,
  signed: AsyncIterable<string>,
  keptDays: number,
): AsyncGenerator<ChainSource | { readonly unknown: string }, void, undefined> {
  const seen = new Set<string>()
  for await (const chain of chainsNamed(read, signed)) {
    const organizationId = ORGANIZATION.exec(chain)?.[1]
    const first = organizationId === undefined ? chain : auditChain(organizationId)
    if (seen.has(first)) continue
    seen.add(first)
    if (organizationId === undefined) yield { unknown: chain }
    else {
      yield auditSource(organizationId === INSTALLATION_ORGANIZATION ? null : organizationId)
      yield accessLogSource(organizationId, keptDays)
    }
  }
}

/** Names as chain-names.ts makes them of ids; the vault takes no others. */
const ORGANIZATION = /^(?:audit|access-log)\/([A-Za-z0-9_-]{1,100})$/

/** The same name may come several times. */
async function* chainsNamed(read: Read, signed: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
  yield auditChain(null)
  for (const [table, column] of OF_ORGANIZATIONS)
    for await (const id of distinct(read, table, column)) yield auditChain(id)
  for (const table of OF_CHAINS) yield* distinct(read, table, 'chain')
  yield* signed
}

const OF_ORGANIZATIONS = [
  ['organizations', 'id'],
  ['audit', 'organization_id'],
  ['access_log', 'organization_id'],
] as const
const OF_CHAINS = ['chain_heads', 'chain_batches', 'chain_checkpoints'] as const

/** Goes from one value to the next by the index, however many rows there are of each. */
async function* distinct(read: Read, table: string, column: string): AsyncGenerator<string, void, undefined> {
  const next = (isAfter: string) =>
    `SELECT ${column} FROM ${table} WHERE ${column} ${isAfter} ORDER BY ${column} LIMIT 1`
  // An empty name counts as well.
  for (let from = { isAfter: '>= ?', name: '' }; ; ) {
    const rows = await read<{ name: string }>(
      `WITH RECURSIVE found (name) AS (
         (${next(from.isAfter)})
         UNION ALL
         SELECT (${next('> found.name')}) FROM found WHERE found.name IS NOT NULL
       )
       SELECT name FROM found WHERE name IS NOT NULL LIMIT ?`,
      [from.name, CHAIN_LIMITS.verify.namesPage],
    )
    for (const { name } of rows) yield name
    const last = rows.at(-1)
    if (!last) return
    from = { isAfter: '> ?', name: last.name }
  }
}
