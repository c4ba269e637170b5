import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'

/**
 * The names of everything in Redis. Each key of an organization carries the hash tag of its shard, so that one script
 * touches one slot of a cluster. Each key expires, so that nothing is left behind by organizations and proxies that are
 * gone.
 *
 * | key                         | what                                                                     | life           |
 * | --------------------------- | ------------------------------------------------------------------------ | -------------- |
 * | `pma:{s07}:log`             | stream of access entries; see `ACCESS_STREAM`                            | 7 days         |
 * | `pma:{s07}:mark:<boot>`     | drained watermark of a proxy's boot in this shard                        | 1 hour         |
 * | `pma:{s07}:rate:<bucket>`   | GCRA: theoretical arrival, milliseconds of Redis's clock                 | until it is now |
 * | `pma:{s07}:lease:<org>:<version>` | a lease, sealed for the proxies that serve the organization         | the lease's    |
 * | `pma:current-proxy`         | the boot id of the proxy that last reported a horizon in the future       | 6 seconds      |
 * | `pma:{s07}:trial`           | nothing: written to see whether Redis accepts writes                     | 1 ms           |
 */
export const SHARDS = 64

/**
 * A message of the stream has the field `boot` once (a proxy's boot id), then a field `entry` with its entries, one
 * line each (text: see access-entry-text.ts beside the protos), at most `linesBytesMax` of them: a proxy divides longer
 * ones. The group belongs to the drain. In the place of a message that is too long to be read, the drain puts one whose
 * first field is `oversized`, with the id, then the length and the beginning.
 */
export const ACCESS_STREAM = {
  group: 'drain',
  boot: 'boot',
  entry: 'entry',
  oversized: 'oversized',
  lifeMs: 7 * 24 * 3_600_000,
  linesBytesMax: 512 * 1024,
} as const

/** Lives three times as long as the interval at which it is written. */
export const CURRENT_PROXY = { key: 'pma:current-proxy', lifeMs: 6_000 } as const

export const WATERMARK_LIFE_MS = 3_600_000

/** Shards by organization are remembered, because a digest costs more than the look-up. */
const remembered = new LRUCache<string, number>({ max: 10_000 })

/** Spreads organizations evenly, whatever their ids look like. */
export function shardOf(organizationId: string): number {
  const known = remembered.get(organizationId)
  if (known !== undefined) return known
  const shard = createHash('sha256').update(organizationId, 'utf8').digest().readUInt32BE(0) % SHARDS
  remembered.set(organizationId, shard)
  return shard
}

const PREFIXES: readonly string[] = Array.from(
  { length: SHARDS },
  (_, shard) => `pma:{s${String(shard).padStart(2, '0')}}:`,
)

function prefixOf(shard: number): string {
  const prefix = PREFIXES[shard]
  if (prefix === undefined) throw new Error(`no shard ${shard}`)
  return prefix
}

export const accessStreamKey = (shard: number): string => `${prefixOf(shard)}log`
export const watermarkKey = (shard: number, bootId: string): string => `${prefixOf(shard)}mark:${bootId}`
export const trialKey = (shard: number): string => `${prefixOf(shard)}trial`
export const rateKey = (shard: number, bucket: string): string => `${prefixOf(shard)}rate:${bucket}`

/** Injective, because ids contain no colon. */
export const leaseKey = (organizationId: string, versionId: string): string =>
  `${prefixOf(shardOf(organizationId))}lease:${organizationId}:${versionId}`
