import type { Asked, Granted, LeaseJob } from '../lease-load/lease-jobs.js'
import { cpuMs } from '../measure/cpu-time.js'
import { median, rangeOf } from '../measure/statistics.js'
import { untilWarm } from '../measure/until-warm.js'
import { type Leaser, startLeaser } from '../rig/leaser.js'
import { buySession, makeApp, makeOrganization, makeService } from '../rig/provision.js'
import type { Subject } from '../rig/proxies.js'
import { KEY, type Rig } from '../rig/rig.js'
import { defineRow, type Taken } from '../row.js'

const LIMITS = {
  /** Each has a data key of its own. */
  organizations: 4,
  /** Each has a secret, and therefore a version and a grant, of its own. */
  servicesEach: 50,
  round: { atOnce: 256, callsMax: 20_000, msMax: 1_500 },
  /** Several for each service. */
  freshGrants: 400,
  freshMsMax: 20_000,
} as const

const WHAT = 'vault leases over mTLS with the durable audit row'

interface Cost {
  readonly cpuUs: number
  readonly perSecond: number
}

/** Each lease verifies its grant, opens an envelope and is recorded durably; the echo does none of this. */
export const vaultLeases = defineRow({
  name: 'vault-leases',
  figures: {
    ratio: {
      what: `${WHAT}: bare echo's CPU time a call / ours`,
      unit: 'ratio',
      goal: { atLeast: 0.4 },
    },
    fresh: {
      what: `${WHAT}, each grant new: bare echo's CPU time a call / ours`,
      unit: 'ratio',
      goal: 'reported',
    },
    perSecond: { what: `${WHAT}, one core`, unit: '/s', goal: 'reported' },
  },
  async measure(rig) {
    const { ca, vault } = rig.system.identities
    const leaser = await startLeaser(rig)
    const echo = await rig.worker('echo', [vault.cert, vault.key, ca], rig.pinning.measured)
    const ours = { pid: rig.system.pids().get('vault') ?? 0, port: rig.system.config.ports.vault }
    await rig.pinning.measured(ours.pid)
    const services = await servicesOf(rig)
    const grants = await leaser.grants(services)
    for (const subject of [ours, echo]) await untilWarm(async () => (await costOf(leaser, subject, grants)).cpuUs)
    const rounds: { ours: Cost; fresh: Cost; bare: Cost }[] = []
    for (let round = 0; round < rig.rounds; round += 1)
      rounds.push({
        ours: await costOf(leaser, ours, grants),
        fresh: await freshCostOf(leaser, ours, services),
        bare: await costOf(leaser, echo, grants),
      })
    const ratio = (which: 'ours' | 'fresh'): Taken => {
      const ratios = rounds.map((round) => round.bare.cpuUs / round[which].cpuUs)
      const [low, high] = rangeOf(ratios)
      const us = (of: keyof (typeof rounds)[number]): string =>
        median(rounds.map((round) => round[of].cpuUs)).toFixed(1)
      return {
        value: median(ratios),
        note: `${low.toFixed(2)}–${high.toFixed(2)}; ours ${us(which)} µs, echo ${us('bare')} µs`,
      }
    }
    const rates = rounds.map((round) => round.ours.perSecond)
    const [slowest, fastest] = rangeOf(rates)
    const echoed = median(rounds.map((round) => round.bare.perSecond)).toFixed(0)
    return {
      ratio: ratio('ours'),
      fresh: ratio('fresh'),
      perSecond: {
        value: median(rates),
        note: `${slowest.toFixed(0)}–${fastest.toFixed(0)}; the echo ${echoed}; ${grants.length} grants and versions of ${LIMITS.organizations} organizations in turn`,
      },
    }
  },
})

/** Services of several organizations, so that what is held for one of them does not serve another. */
async function servicesOf(rig: Rig): Promise<readonly Asked[]> {
  const { port } = await rig.bestProxy()
  const origin = await rig.origin('fixed')
  const each = Array.from({ length: LIMITS.organizations }, async (_, organization): Promise<readonly Asked[]> => {
    const owner = await makeOrganization(rig.owner, `Leases ${organization}`)
    const app = await makeApp(owner)
    const slugs = Array.from({ length: LIMITS.servicesEach }, (_none, at) => `leased-${at}`)
    for (const slug of slugs) await makeService(owner, app, { slug, origin, value: KEY })
    const credential = await buySession(port, app)
    return slugs.map((service) => ({ credential, service }))
  })
  return (await Promise.all(each)).flat()
}

/**
 * The cost for a proxy that asks for one route after the other, so that the vault has seen none of the grants before.
 */
async function freshCostOf(leaser: Leaser, vault: Subject, services: readonly Asked[]): Promise<Cost> {
  const times = Math.ceil(LIMITS.freshGrants / services.length)
  const grants = await leaser.grants(Array.from({ length: times }, () => services).flat())
  const amount = { ...LIMITS.round, callsMax: grants.length, msMax: LIMITS.freshMsMax }
  return costOf(leaser, vault, grants, amount)
}

async function costOf(
  leaser: Leaser,
  { pid, port }: Subject,
  grants: readonly Granted[],
  amount: Pick<LeaseJob, 'atOnce' | 'callsMax' | 'msMax'> = LIMITS.round,
): Promise<Cost> {
  const before = await cpuMs(pid)
  const { answers, ms } = await leaser.lease({ ...amount, address: `127.0.0.1:${port}`, grants })
  return { cpuUs: (((await cpuMs(pid)) - before) * 1_000) / answers, perSecond: (answers * 1_000) / ms }
}
