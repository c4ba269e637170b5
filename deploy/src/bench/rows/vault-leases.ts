import { spiffeId } from '@protectmyapi/service-kit/grpc/spiffe'
import { NAMESPACE, TRUST_DOMAIN } from '../../system/identities.js'
import type { GrantJob, GrantResult, LeaseJob } from '../lease-load/lease-jobs.js'
import type { LoadResult } from '../load/jobs.js'
import { cpuMs } from '../measure/cpu-time.js'
import { median, rangeOf } from '../measure/statistics.js'
import { buySession } from '../rig/provision.js'
import type { Subject } from '../rig/proxies.js'
import type { Rig } from '../rig/rig.js'
import type { Worker } from '../rig/worker.js'
import type { Row } from '../row.js'

const LIMITS = { atOnce: 256, callsMax: 20_000, msMax: 1_500, graceMs: 20_000, firstMs: 15_000 } as const

interface Cost {
  readonly cpuUs: number
  readonly perSecond: number
}

/** Each lease verifies its grant, opens an envelope and is on record durably; the echo does nothing of it. */
export const vaultLeases: Row = {
  name: 'vault-leases',
  async measure(rig) {
    const { ca, vault, proxies } = rig.system.identities
    const { cert = '', key = '' } = proxies[0] ?? {}
    const serverId = spiffeId(TRUST_DOMAIN, NAMESPACE, 'vault')
    const leaser: Leaser = await rig.worker('lease-load', [cert, key, ca, serverId], rig.pinning.helper)
    const echo = await rig.worker('echo', [vault.cert, vault.key, ca], rig.pinning.measured)
    const ours = { pid: rig.system.pids().get('vault') ?? 0, port: rig.system.config.ports.vault }
    await rig.pinning.measured(ours.pid)
    const granted = await grantOf(rig, leaser)
    for (const subject of [ours, echo]) await costOf(leaser, subject, granted)
    const pairs: { ours: Cost; bare: Cost }[] = []
    for (let round = 0; round < rig.rounds; round += 1)
      pairs.push({ ours: await costOf(leaser, ours, granted), bare: await costOf(leaser, echo, granted) })
    const ratios = pairs.map((pair) => pair.bare.cpuUs / pair.ours.cpuUs)
    const [low, high] = rangeOf(ratios)
    return [
      {
        what: "vault leases over mTLS with the durable audit row: bare echo's CPU time a call / ours",
        value: median(ratios),
        unit: 'ratio',
        goal: { atLeast: 0.4 },
        note: `${low.toFixed(2)}–${high.toFixed(2)}; ${told(
          'ours',
          pairs.map((pair) => pair.ours),
        )}; ${told(
          'echo',
          pairs.map((pair) => pair.bare),
        )}`,
      },
    ]
  },
}

type Leaser = Worker<LeaseJob | GrantJob, LoadResult & GrantResult>

async function grantOf(rig: Rig, leaser: Leaser): Promise<GrantResult> {
  const { port } = await rig.bestProxy()
  const job = {
    kind: 'grant',
    address: `127.0.0.1:${rig.system.config.ports.directory}`,
    serverId: spiffeId(TRUST_DOMAIN, NAMESPACE, 'management'),
    credential: await buySession(port, rig.app),
    service: await rig.service('fixed'),
  } as const
  return leaser.run(job, LIMITS.firstMs)
}

async function costOf(leaser: Leaser, { pid, port }: Subject, { grant, versionId }: GrantResult): Promise<Cost> {
  const { atOnce, callsMax, msMax, graceMs } = LIMITS
  const before = await cpuMs(pid)
  const job = { kind: 'lease', address: `127.0.0.1:${port}`, grant, versionId, atOnce, callsMax, msMax } as const
  const { answers, ms } = await leaser.run(job, msMax + graceMs)
  return { cpuUs: (((await cpuMs(pid)) - before) * 1_000) / answers, perSecond: (answers * 1_000) / ms }
}

function told(name: string, costs: readonly Cost[]): string {
  const cpuUs = median(costs.map((cost) => cost.cpuUs))
  return `${name} ${cpuUs.toFixed(1)} µs, ${median(costs.map((cost) => cost.perSecond)).toFixed(0)}/s`
}
