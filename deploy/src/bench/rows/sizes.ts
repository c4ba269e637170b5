import { until } from '@protectmyapi/dev-kit/until'
import { z } from 'zod'
import { checked } from '../load/jobs.js'
import { cpuMs } from '../measure/cpu-time.js'
import { residentMib } from '../measure/memory.js'
import { buySession } from '../rig/provision.js'
import { query } from '../rig/query.js'
import type { Rig } from '../rig/rig.js'
import { jsonPost } from '../rig/shots.js'
import type { Line, Row } from '../row.js'

const LIMITS = {
  requests: 50_000,
  connections: 32,
  /** Of a session's ten minutes. */
  msMax: 480_000,
  drainedMs: 120_000,
  leases: 100_000,
} as const

/** What databases grow by, and what processes hold: the figures of docs/sizing.md. */
export const sizes: Row = {
  name: 'sizes',
  optional: true,
  async measure(rig) {
    const { management, vault } = rig.system.databases
    const { port } = await rig.bestProxy()
    const shot = jsonPost(port, await rig.service('fixed'), await buySession(port, rig.app))
    const before = await tell(management.adminUrl, MANAGEMENT)
    const cpuBefore = await cpuOf(rig)
    const { requests: requestsMax, connections, msMax } = LIMITS
    const { answers, ms } = checked(
      await rig.load({ kind: 'closed', shot, connections, requestsMax, msMax }, msMax * 2),
    )
    const after = await until(async () => {
      const now = await tell(management.adminUrl, MANAGEMENT)
      return now.requests - before.requests >= answers ? now : undefined
    }, LIMITS.drainedMs)
    const note = `${answers} requests in ${(ms / 1000).toFixed(0)} s, two entries each`
    const mibPerMillion = (bytes: number): number => (bytes / answers) * (1_000_000 / 1024 ** 2)
    return [
      reported('access log, heap and indexes, a million requests', mibPerMillion(after.log - before.log), 'MiB', note),
      reported(
        'links of the access log, a million requests at this rate',
        mibPerMillion(after.links - before.links),
        'MiB',
        `${after.linkRows - before.linkRows} links`,
      ),
      await leaseAudit(vault.adminUrl),
      ...(await perProcess(rig, cpuBefore, answers)),
    ]
  },
}

const Told = z.object({
  requests: z.coerce.number(),
  log: z.coerce.number(),
  links: z.coerce.number(),
  linkRows: z.coerce.number(),
})

const MANAGEMENT = `
  SELECT (SELECT count(*) FROM access_log WHERE kind = 'admitted') AS requests,
    (SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits WHERE inhparent = 'access_log'::regclass) AS log,
    pg_total_relation_size('chain_batches') AS links,
    (SELECT count(*) FROM chain_batches) AS "linkRows"`

async function tell(url: string, statement: string): Promise<z.output<typeof Told>> {
  const { rows } = await query(url, statement)
  return Told.parse(rows[0])
}

/** By rows like those that the vault has written. */
async function leaseAudit(url: string): Promise<Line> {
  await query(
    url,
    `INSERT INTO lease_audit SELECT 'lse_' || lpad(n::text, 26, '0'), organization_id, secret_id, version_id, generation, caller,
       app_id, service_id, now() + n * interval '1 ms'
     FROM generate_series(1, ${LIMITS.leases}) AS n, (SELECT * FROM lease_audit WHERE app_id IS NOT NULL LIMIT 1) AS one`,
  )
  const { rows } = await query(
    url,
    `SELECT pg_total_relation_size('lease_audit')::float / count(*) AS bytes FROM lease_audit`,
  )
  const { bytes } = z.object({ bytes: z.number() }).parse(rows[0])
  return reported('lease audit, heap and indexes, a lease', bytes, 'bytes', `${LIMITS.leases} rows`)
}

const PROCESSES = ['vault', 'management', 'proxy-1', 'redis'] as const

/** Milliseconds of CPU so far, by process. */
async function cpuOf({ system }: Rig): Promise<ReadonlyMap<string, number>> {
  const pids = system.pids()
  const found = new Map<string, number>()
  for (const name of PROCESSES) {
    const pid = pids.get(name)
    if (pid !== undefined) found.set(name, await cpuMs(pid))
  }
  return found
}

async function perProcess(rig: Rig, before: ReadonlyMap<string, number>, answers: number): Promise<readonly Line[]> {
  const lines: Line[] = []
  for (const [name, nowMs] of await cpuOf(rig)) {
    const pid = rig.system.pids().get(name) ?? 0
    const usRequest = ((nowMs - (before.get(name) ?? 0)) * 1_000) / answers
    lines.push(reported(`${name}: CPU time a request`, usRequest, 'µs', ''))
    lines.push(reported(`${name}: RSS after that`, await residentMib(pid), 'MiB', ''))
  }
  return lines
}

function reported(what: string, value: number, unit: string, note: string): Line {
  return { what, value, unit, goal: 'reported', note }
}
