import { until } from '@protectmyapi/dev-kit/until'
import { z } from 'zod'
import { query } from '../../system/query.js'
import { checked } from '../load/jobs.js'
import { cpuMs } from '../measure/cpu-time.js'
import { buySession } from '../rig/provision.js'
import { needRedis, type Rig } from '../rig/rig.js'
import { jsonPost } from '../rig/shots.js'
import { defineRow } from '../row.js'

const LIMITS = {
  requests: 50_000,
  connections: 32,
  /** Half of a session's life. */
  msMax: 300_000,
  drainedMs: 120_000,
} as const

/** A request that is let in has two entries: admitted, finished. */
const ENTRIES_A_REQUEST = 2

/** Whether the log keeps up with a proxy when each has the same CPU time, and how long its chain takes to verify. */
export const accessLog = defineRow({
  name: 'access-log',
  figures: {
    ratio: {
      what: 'access log: the proxy’s CPU time a request / management’s for its entries',
      unit: 'ratio',
      goal: { atLeast: 1 },
    },
    verified: { what: 'access log: a million entries verified', unit: 's', goal: 'reported' },
  },
  async measure(rig) {
    needRedis(rig)
    const proxy = await rig.proxy('redis')
    const management = rig.system.pids().get('management') ?? 0
    const shot = jsonPost(proxy.port, await rig.service('fixed'), await buySession(proxy.port, rig.app))
    const costs = async (): Promise<Costs> => ({ proxyMs: await cpuMs(proxy.pid), logMs: await cpuMs(management) })
    const { requests: requestsMax, connections, msMax } = LIMITS
    const [entries, before] = [await entriesOf(rig), await costs()]
    const { answers } = checked(await rig.load({ kind: 'closed', shot, connections, requestsMax, msMax }, msMax * 2))
    const { proxyMs } = await costs()
    await until(
      async () => (await entriesOf(rig)) - entries >= answers * ENTRIES_A_REQUEST || undefined,
      LIMITS.drainedMs,
    )
    const { logMs } = await costs()
    const [oursUs, logUs] = [usOf(proxyMs - before.proxyMs, answers), usOf(logMs - before.logMs, answers)]
    const begun = performance.now()
    const verdict = await verified(rig)
    const seconds = (performance.now() - begun) / 1_000
    return {
      ratio: {
        value: oursUs / logUs,
        note: `${oursUs.toFixed(0)} and ${logUs.toFixed(0)} µs; ${answers} requests, Postgres aside`,
      },
      verified: {
        value: (seconds * 1_000_000) / verdict.entries,
        note: `${verdict.entries} entries in ${verdict.through} links took ${seconds.toFixed(1)} s, up to 5 s of it before it began`,
      },
    }
  },
})

/** CPU time used so far. */
interface Costs {
  readonly proxyMs: number
  readonly logMs: number
}

function usOf(ms: number, requests: number): number {
  return (ms * 1_000) / requests
}

const Counted = z.object({ entries: z.coerce.number() })

async function entriesOf({ system }: Rig): Promise<number> {
  const { rows } = await query(system.databases.management.adminUrl, 'SELECT count(*) AS entries FROM access_log')
  return Counted.parse(rows[0]).entries
}

const Verdict = z.object({ type: z.literal('verdict'), ok: z.literal(true), entries: z.number(), through: z.number() })

/** @throws Error where the chain does not verify. */
async function verified({ owner }: Rig): Promise<z.output<typeof Verdict>> {
  return Verdict.parse((await owner.api.getLines(`/orgs/${owner.organizationId}/access-log/verify`)).at(-1))
}
