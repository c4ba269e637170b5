import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { query } from '../../system/query.js'
import { type Comparison, compareCpu, compareWarm, noteOf } from '../measure/compare.js'
import { median, quantile, rangeOf } from '../measure/statistics.js'
import { type Leaser, startLeaser } from '../rig/leaser.js'
import { buySession, makeService } from '../rig/provision.js'
import { KEY, type Rig } from '../rig/rig.js'
import { jsonPost } from '../rig/shots.js'
import { forgetMany, storeMany, tidy } from '../rig/store-many.js'
import { defineRow, type Taken } from '../row.js'

const LIMITS = {
  stored: 100_000,
  /** Routes that can be walked. Those that are stored by SQL cannot, because their secrets do not open. */
  walked: { few: 10, many: 200 },
  /** Walks of a route and a lease, one after the other, in each round. */
  calls: 200,
  /** Rounds before those that count. */
  warmUpRounds: 1,
  /**
   * Pairs of warm rounds (ours and the bare one's) for each round of the rig, because a single pair is not precise
   * enough.
   */
  pairsARound: 2,
  /** Postgres reports its statistics late: those of an idle connection only after ten seconds. */
  statisticsMs: 11_000,
} as const

const WHAT = 'with 10 → 100,000 secrets and routes stored'

/**
 * A request costs the same, whatever the number of secrets and routes in the databases, both from memory and where they
 * are read. The same processes are measured with few, with many, and with few again, so that a machine that becomes
 * slower meanwhile does not show as a difference.
 */
export const storedNumber = defineRow({
  name: 'stored-number',
  figures: {
    cpu: { what: `cost of a request ${WHAT}`, unit: 'ratio', goal: { atLeast: 0.9 } },
    perSecond: { what: `requests/s ${WHAT}, by the pass-through’s`, unit: 'ratio', goal: { atLeast: 0.9 } },
    // Not judged: unlike the other figures, it has no yardstick measured in turn on the same machine and disk.
    cold: { what: `delay of a cold route and lease ${WHAT}, p50`, unit: 'ratio', goal: 'reported' },
    read: { what: 'rows that a cold route and lease read with 100,000 stored', unit: 'rows', goal: { atMost: 8 } },
  },
  async measure(rig) {
    const { step } = rig.progress
    const leaser = await startLeaser(rig)
    const routes = await makeRoutes(rig, LIMITS.walked.few)
    const stored = await storedIn(rig)
    const take = async (): Promise<Taking> => ({
      warm: await warm(rig, compareWarm),
      cold: await cold(rig, leaser, routes),
    })
    // Not counted: after a few thousand requests the compiler is not done with a process yet, ours or the bare one.
    await warm(rig, compareCpu)
    const first = await take()
    await step(`${LIMITS.stored} secrets and routes by SQL`, () => storeMany(rig.system, LIMITS.stored))
    const many = await take()
    const walked = [...routes, ...(await makeRoutes(rig, LIMITS.walked.many))]
    await tidy(rig.system)
    const read = await readCold(rig, leaser, walked)
    await step('without them', () => forgetMany(rig.system))
    const last = await take()
    const few = [first, last]
    return {
      cpu: {
        value: median(many.warm.ratios) / meanOf(few.map(({ warm }) => median(warm.ratios))),
        note: `before: ${noteOf(first.warm)}; with them: ${noteOf(many.warm)}; after: ${noteOf(last.warm)}`,
      },
      perSecond: {
        value: rateOf(many.warm) / meanOf(few.map(({ warm }) => rateOf(warm))),
        note: `${[first, many, last].map(({ warm }) => rateOf(warm).toFixed(2)).join(', ')}; ${stored} stored before`,
      },
      cold: {
        value: meanOf(few.map(({ cold }) => median(cold))) / median(many.cold),
        note: `${[first, many, last].map(({ cold }) => told(cold)).join(' → ')} ms`,
      },
      read,
    }
  },
})

/** The measurements with one number of secrets stored. */
interface Taking {
  readonly warm: Comparison
  /** The p50 of each round. */
  readonly cold: readonly number[]
}

async function makeRoutes(rig: Rig, count: number): Promise<string[]> {
  const origin = await rig.origin('fixed')
  const slugs = Array.from({ length: count }, (_, at) => `walked-${count}-${at}`)
  for (const slug of slugs) await makeService(rig.owner, rig.app, { slug, origin, value: KEY })
  return slugs
}

/** Requests of one route, which the proxy holds. */
async function warm(rig: Rig, compare: typeof compareCpu): Promise<Comparison> {
  const service = await rig.service('fixed')
  const [proxy, bare] = [await rig.bestProxy(), await rig.passThrough('fixed')]
  const session = await buySession(proxy.port, rig.app)
  return compare(
    { ...rig, rounds: rig.rounds * LIMITS.pairsARound },
    { pid: proxy.pid, shot: jsonPost(proxy.port, service, session) },
    { pid: bare.pid, shot: jsonPost(bare.port, service, session) },
  )
}

function rateOf({ ours, bare }: Comparison): number {
  return ours.perSecond / bare.perSecond
}

/**
 * The p50s of the rounds for a proxy that holds nothing, so that every walk asks the Directory and the vault, which
 * keep neither routes nor versions in memory.
 */
async function cold(rig: Rig, leaser: Leaser, routes: readonly string[]): Promise<readonly number[]> {
  const { port } = await rig.bestProxy()
  const credential = await buySession(port, rig.app)
  const asked = routes.map((service) => ({ credential, service }))
  const p50s: number[] = []
  for (let round = 0; round < rig.rounds + LIMITS.warmUpRounds; round += 1)
    p50s.push(quantile(await leaser.cold(asked, LIMITS.calls), 0.5))
  return p50s.slice(LIMITS.warmUpRounds)
}

const Reads = z.object({ scanned: z.coerce.number(), found: z.coerce.number(), lookups: z.coerce.number() })
type Reads = z.output<typeof Reads>

/**
 * Over all tables that grow with the number of stored secrets: rows read by scans and by indexes, and the fewest index
 * scans among the tables that every walk reads.
 */
const READS = `
  SELECT sum(seq_tup_read) AS scanned, sum(idx_tup_fetch) AS found,
    min(idx_scan) FILTER (WHERE relname IN ('secrets', 'services', 'links', 'versions')) AS lookups
  FROM pg_stat_user_tables
  WHERE relname IN ('organizations', 'apps', 'secrets', 'secret_versions', 'services', 'service_secrets', 'links',
    'versions', 'data_keys')`

/** Waits until Postgres has reported everything read so far, so that earlier reads are not counted as the walks'. */
async function readsOf({ system }: Rig): Promise<readonly Reads[]> {
  await sleep(LIMITS.statisticsMs)
  const { management, vault } = system.databases
  return Promise.all(
    [management, vault].map(async ({ adminUrl }) => Reads.parse((await query(adminUrl, READS)).rows[0])),
  )
}

/** @throws Error where the statistics show fewer walks than were made. */
async function readCold(rig: Rig, leaser: Leaser, routes: readonly string[]): Promise<Taken> {
  const before = await readsOf(rig)
  await cold(rig, leaser, routes)
  const after = await readsOf(rig)
  const since = (which: keyof Reads): readonly number[] =>
    after.map((reads, at) => reads[which] - (before[at]?.[which] ?? Number.NaN))
  const walks = LIMITS.calls * (rig.rounds + LIMITS.warmUpRounds)
  const [scanned, found] = [sumOf(since('scanned')), sumOf(since('found'))]
  if (scanned === 0 && Math.min(...since('lookups')) < walks)
    throw new Error(`Postgres tells of fewer than ${walks} walks`)
  return {
    value: (scanned + found) / walks,
    note: `${scanned} by scans of whole tables, ${found} by indexes, in ${walks} walks of ${routes.length} routes; by Postgres’ statistics`,
  }
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}

function meanOf(values: readonly number[]): number {
  return sumOf(values) / values.length
}

async function storedIn({ system }: Rig): Promise<number> {
  const { rows } = await query(system.databases.management.adminUrl, 'SELECT count(*) AS stored FROM secrets')
  return z.object({ stored: z.coerce.number() }).parse(rows[0]).stored
}

function told(p50s: readonly number[]): string {
  const [low, high] = rangeOf(p50s)
  return `${median(p50s).toFixed(1)} (${low.toFixed(1)}–${high.toFixed(1)})`
}
