import { until } from '@protectmyapi/dev-kit/until'
import { z } from 'zod'
import { query } from '../../system/query.js'
import { type Comparison, compareCpu, noteOf } from '../measure/compare.js'
import { median, quantile, rangeOf } from '../measure/statistics.js'
import { type Leaser, startLeaser } from '../rig/leaser.js'
import { buySession, makeService } from '../rig/provision.js'
import { KEY, type Rig } from '../rig/rig.js'
import { jsonPost } from '../rig/shots.js'
import { storeMany } from '../rig/store-many.js'
import { defineRow, type Taken } from '../row.js'

const LIMITS = {
  stored: 100_000,
  /** Routes that can be walked: those that are stored by SQL have a secret that does not open. */
  walked: { few: 10, many: 200 },
  /** Walks of a route and a lease, one after the other, in each round. */
  calls: 200,
  /** Postgres tells its statistics late, of a connection that rests after ten seconds. */
  statisticsMs: 30_000,
} as const

/** Before those that count. */
const WARM_UP_ROUNDS = 1

const WHAT = 'with 10 → 100,000 secrets and routes stored'

/** A request costs the same, however many secrets and routes lie in the databases: from memory, and where they are read. */
export const storedNumber = defineRow({
  name: 'stored-number',
  figures: {
    cpu: { what: `cost of a request ${WHAT}`, unit: 'ratio', goal: { atLeast: 0.9 } },
    perSecond: { what: `requests/s ${WHAT}, by the pass-through’s`, unit: 'ratio', goal: { atLeast: 0.9 } },
    // Not judged: its two halves lie minutes apart, with nothing beside them that the same machine did in turn.
    cold: { what: `delay of a cold route and lease ${WHAT}, p50`, unit: 'ratio', goal: 'reported' },
    read: { what: 'rows that a cold route and lease read with 100,000 stored', unit: 'rows', goal: { atMost: 8 } },
  },
  async measure(rig) {
    const leaser = await startLeaser(rig)
    const routes = await makeRoutes(rig, LIMITS.walked.few)
    const before = await storedIn(rig)
    const few = { warm: await warm(rig), cold: await cold(rig, leaser, routes) }
    await rig.progress.step(`${LIMITS.stored} secrets and routes by SQL`, () => storeMany(rig.system, LIMITS.stored))
    routes.push(...(await makeRoutes(rig, LIMITS.walked.many)))
    const reads = await readsOf(rig)
    const many = { warm: await warm(rig), cold: await cold(rig, leaser, routes) }
    const walks = LIMITS.calls * (rig.rounds + WARM_UP_ROUNDS)
    const stored = `${before} stored before`
    return {
      cpu: {
        value: median(many.warm.ratios) / median(few.warm.ratios),
        note: `before: ${noteOf(few.warm)}; after: ${noteOf(many.warm)}`,
      },
      perSecond: { value: rateOf(many.warm) / rateOf(few.warm), note: stored },
      cold: { value: median(few.cold) / median(many.cold), note: `${told(few.cold)} → ${told(many.cold)} ms` },
      read: await readSince(rig, reads, walks),
    }
  },
})

async function makeRoutes(rig: Rig, count: number): Promise<string[]> {
  const origin = await rig.origin('fixed')
  const slugs = Array.from({ length: count }, (_, at) => `walked-${count}-${at}`)
  for (const slug of slugs) await makeService(rig.owner, rig.app, { slug, origin, value: KEY })
  return slugs
}

/** One route, which the proxy holds. */
async function warm(rig: Rig): Promise<Comparison> {
  const service = await rig.service('fixed')
  const [proxy, bare] = [await rig.bestProxy(), await rig.passThrough('fixed')]
  const session = await buySession(proxy.port, rig.app)
  return compareCpu(
    rig,
    { pid: proxy.pid, shot: jsonPost(proxy.port, service, session) },
    { pid: bare.pid, shot: jsonPost(bare.port, service, session) },
  )
}

function rateOf({ ours, bare }: Comparison): number {
  return ours.perSecond / bare.perSecond
}

/**
 * The p50s of the rounds, of what a proxy asks for that holds nothing: neither Directory nor vault keeps routes or versions
 * in memory.
 */
async function cold(rig: Rig, leaser: Leaser, routes: readonly string[]): Promise<readonly number[]> {
  const { port } = await rig.bestProxy()
  const credential = await buySession(port, rig.app)
  const asked = routes.map((service) => ({ credential, service }))
  const p50s: number[] = []
  for (let round = 0; round < rig.rounds + WARM_UP_ROUNDS; round += 1)
    p50s.push(quantile(await leaser.cold(asked, LIMITS.calls), 0.5))
  return p50s.slice(WARM_UP_ROUNDS)
}

const Reads = z.object({ scanned: z.coerce.number(), found: z.coerce.number(), lookups: z.coerce.number() })
type Reads = z.output<typeof Reads>

/** Of the tables that a route or a lease is read from and that grow with what is stored: rows, by scans and by indexes. */
const READS = `
  SELECT sum(seq_tup_read) AS scanned, sum(idx_tup_fetch) AS found, min(idx_scan) AS lookups FROM pg_stat_user_tables
  WHERE relname IN ('secrets', 'services', 'links', 'versions')`

async function readsOf({ system }: Rig): Promise<readonly Reads[]> {
  const { management, vault } = system.databases
  return Promise.all(
    [management, vault].map(async ({ adminUrl }) => Reads.parse((await query(adminUrl, READS)).rows[0])),
  )
}

/** @throws Error where the statistics do not tell of so many walks. */
async function readSince(rig: Rig, before: readonly Reads[], walks: number): Promise<Taken> {
  const since = (after: readonly Reads[], which: keyof Reads): readonly number[] =>
    after.map((reads, at) => reads[which] - (before[at]?.[which] ?? Number.NaN))
  const isTold = (after: readonly Reads[]): boolean =>
    since(after, 'lookups').every((lookups) => lookups >= walks) || sumOf(since(after, 'scanned')) > 0
  const after = await until(async () => {
    const now = await readsOf(rig)
    return isTold(now) ? now : undefined
  }, LIMITS.statisticsMs)
  const [scanned, found] = [sumOf(since(after, 'scanned')), sumOf(since(after, 'found'))]
  return {
    value: (scanned + found) / walks,
    note: `${scanned} by scans of whole tables, ${found} by indexes, in ${walks} walks; by Postgres’ statistics`,
  }
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}

async function storedIn({ system }: Rig): Promise<number> {
  const { rows } = await query(system.databases.management.adminUrl, 'SELECT count(*) AS stored FROM secrets')
  return z.object({ stored: z.coerce.number() }).parse(rows[0]).stored
}

function told(p50s: readonly number[]): string {
  const [low, high] = rangeOf(p50s)
  return `${median(p50s).toFixed(1)} (${low.toFixed(1)}–${high.toFixed(1)})`
}
