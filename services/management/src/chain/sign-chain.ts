import { Fault } from '@protectmyapi/service-kit/faults'
import { headAfter } from '@protectmyapi/service-kit/head-chain'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { readNow } from '../db/read.js'
import { HEAD_LINKS_MAX, type HeadWitness } from '../vault/head-witness.js'
import type { Head } from './appended-heads.js'
import { contentOf } from './batch-digest.js'
import { type BatchRow, batchesAfter, keepCheckpoint, keepSigned } from './chain-rows.js'

interface Deps {
  readonly db: Knex
  readonly vault: Pick<HeadWitness, 'describeHead' | 'signHead'>
}

/**
 * Has the vault sign a chain through the last of these heads; at least one must be given. If that takes more links than
 * one call, signs as far as one call goes. Returns the number of links through which the chain is signed; it was seen
 * to lead through all given heads up to there.
 *
 * The vault says where to begin, because an attacker who can write to the tables must not choose that. For the same
 * reason, what a process remembers says where the links must lead to; the tables hold what stands between.
 *
 * @throws Fault CONFLICT if the chain does not lead through all of them: somebody rewrote it. UNAVAILABLE;
 * INVALID_REQUEST if links are missing.
 */
export async function signChain({ db, vault }: Deps, chain: string, heads: readonly Head[]): Promise<number> {
  const { last } = await vault.describeHead(chain)
  // A lost answer or a removed row may have left this head unkept. What is signed next is kept after it.
  if (last) await keepCheckpoint(db, chain, last)
  const seen = last?.count ?? 0
  const points = [...heads, ...(last ? [last] : [])].sort((one, other) => one.count - other.count)
  const [first] = points
  const end = points.at(-1)
  if (!first || !end) throw new Error('no head was given')
  const links = await batchesAfter(readNow(db), chain, {
    after: first.count,
    through: end.count,
    limit: HEAD_LINKS_MAX,
  })
  const contents = links.map(contentOf)
  const walked = walk(chain, first, links, contents)
  const reached = walked.at(-1) ?? first
  const isCut = walked.length > HEAD_LINKS_MAX
  const stray = points.find((point) => {
    const at = walked[point.count - first.count]
    return at ? !at.head.equals(point.head) : !isCut
  })
  const ask = ({ count, head }: Head) => {
    const since = contents.slice(Math.max(0, seen - first.count), count - first.count)
    return vault.signHead({ chain, count, head, links: since, seen })
  }
  if (stray) {
    // The vault refuses this and raises its own alarm, so that an attacker who silences management does not silence the
    // vault. Of a chain that it has never signed the vault knows nothing.
    if (last) await ask(stray === last ? first : stray)
    throw new Fault('CONFLICT', `the head of ${stray.count} links is not in the chain`)
  }
  if (reached.count > seen) {
    try {
      await keepSigned(db, chain, await ask(reached))
    } catch (err) {
      // Another management was first, with a later head. This head must be before that one, and is looked for.
      if (!(err instanceof Fault) || err.code !== 'CONFLICT' || !(await hasMoved(vault, chain, seen))) throw err
      return signChain({ db, vault }, chain, heads)
    }
  } else if (last) await keepSigned(db, chain, last)
  return reached.count
}

async function hasMoved(vault: Deps['vault'], chain: string, seen: number): Promise<boolean> {
  const { last } = await vault.describeHead(chain)
  return (last?.count ?? 0) > seen
}

/** The heads from the first one on, one after each link, up to the first link that is missing. */
function walk(chain: string, first: Head, links: readonly BatchRow[], contents: readonly Buffer[]): readonly Head[] {
  const walked = [first]
  let previous = first.head
  for (const [index, { number }] of links.entries()) {
    const count = first.count + index + 1
    const content = contents[index]
    if (number !== count || !content) break
    previous = headAfter({ chain, count, previous, content })
    walked.push({ count, head: previous })
  }
  return walked
}
