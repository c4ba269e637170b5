import { until } from '@protectmyapi/dev-kit/until'
import { z } from 'zod'
import { query } from '../../system/query.js'
import { checked } from '../load/jobs.js'
import { cpuMs } from '../measure/cpu-time.js'
import { residentMib } from '../measure/memory.js'
import { buySession } from '../rig/provision.js'
import type { Rig } from '../rig/rig.js'
import { jsonPost } from '../rig/shots.js'
import { defineRow, type Figure, type Taken } from '../row.js'

const LIMITS = {
  requests: 50_000,
  connections: 32,
  /** Most of a session's ten minutes. */
  msMax: 480_000,
  drainedMs: 120_000,
  leases: 100_000,
} as const

const PROCESSES = ['vault', 'management', 'proxy-1', 'redis'] as const

const reported = (what: string, unit: string): Figure => ({ what, unit, goal: 'reported' })

/** How much databases grow, and how much memory processes hold: the figures of docs/sizing.md. */
export const sizes = defineRow({
  name: 'sizes',
  optional: true,
  figures: {
    log: reported('access log, heap and indexes, a million requests', 'MiB'),
    links: reported('links of the access log, a million requests at this rate', 'MiB'),
    leases: reported('lease audit, heap and indexes, a lease', 'bytes'),
    ...Object.fromEntries(
      PROCESSES.flatMap((name) => [
        [cpuKey(name), reported(`${name}: CPU time a request`, 'µs')],
        [residentKey(name), reported(`${name}: RSS after that`, 'MiB')],
      ]),
    ),
  },
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
    const mibPerMillion = (bytes: number): number => (bytes / answers) * (1_000_000 / 1024 ** 2)
    return {
      log: {
        value: mibPerMillion(after.log - before.log),
        note: `${answers} requests in ${(ms / 1000).toFixed(0)} s, two entries each`,
      },
      links: {
        value: mibPerMillion(after.links - before.links),
        note: `${after.linkRows - before.linkRows} links`,
      },
      leases: await leaseAudit(vault.adminUrl),
      ...(await perProcess(rig, cpuBefore, answers)),
    }
  },
})

type Process = (typeof PROCESSES)[number]

function cpuKey(name: Process): string {
  return `${name} CPU`
}

function residentKey(name: Process): string {
  return `${name} RSS`
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

/** Measured on copies of a row that the vault has written. */
async function leaseAudit(url: string): Promise<Taken> {
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
  return { value: bytes, note: `${LIMITS.leases} rows` }
}

/** Milliseconds of CPU so far, by process. */
async function cpuOf({ system }: Rig): Promise<ReadonlyMap<Process, number>> {
  const pids = system.pids()
  const found = new Map<Process, number>()
  for (const name of PROCESSES) {
    const pid = pids.get(name)
    if (pid !== undefined) found.set(name, await cpuMs(pid))
  }
  return found
}

async function perProcess(
  rig: Rig,
  before: ReadonlyMap<Process, number>,
  answers: number,
): Promise<Record<string, Taken>> {
  const after = await cpuOf(rig)
  const taken: Record<string, Taken> = {}
  for (const name of PROCESSES) {
    const usedMs = (after.get(name) ?? Number.NaN) - (before.get(name) ?? Number.NaN)
    const pid = rig.system.pids().get(name)
    const note = pid === undefined ? 'not run: there is none' : ''
    taken[cpuKey(name)] = { value: (usedMs * 1_000) / answers, note }
    taken[residentKey(name)] = { value: pid === undefined ? null : await residentMib(pid), note }
  }
  return taken
}
