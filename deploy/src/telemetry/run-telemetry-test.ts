import { setTimeout as sleep } from 'node:timers/promises'
import { until } from '@protectmyapi/dev-kit/until'
import { collect } from '../canary/places/collected.js'
import { findLeaks } from './find-leaks.js'
import { findUntold } from './find-untold.js'
import { type LiveFault, liveFaults } from './live-faults.js'
import type { Prometheus } from './prometheus.js'
import { startTelemetryRig, type TelemetryRig, type TelemetryRigOptions } from './telemetry-rig.js'
import { SERVICES } from './telemetry-system.js'
import { startWalk, type Walk } from './walk.js'

const LIMITS = {
  /** Rates need several scrapes, and figures read from Postgres are updated every 15 s. */
  restMs: 20_000,
  /** Longer than the horizon and two scrapes. */
  alertMs: 60_000,
  /** Time until a vault that hung is found again, and a management has its Syncs. */
  mendMs: 60_000,
  shown: 40,
} as const

/**
 * Runs the real system with a real Prometheus and a real collector. Answers whether traces are whole, the dashboard
 * shows something, no secret is exported, and alerts fire for what is broken and for nothing else.
 */
export async function runTelemetryTest(options: TelemetryRigOptions): Promise<boolean> {
  const { progress } = options
  const ends: (() => Promise<void>)[] = []
  const end = async (): Promise<void> => {
    for (const one of ends.splice(0).reverse()) await one()
  }
  options.onEnder(end)
  try {
    const rig = await startTelemetryRig(options, (one) => ends.push(one))
    const walk = await startWalk({ ...rig, answers: collect('answers') })
    const cold = await walk.coldRequest()
    const wrongs = [
      ...(await progress.step('at rest, with requests and changes: no alert fires', () => findRestless(rig, walk))),
      ...(await findBroken(options, rig, walk, cold)),
    ]
    progress.say(wrongs.length === 0 ? 'All of it arrives, and every alert that had to fire has.' : inWords(wrongs))
    return wrongs.length === 0
  } finally {
    await end()
  }
}

/** Shortened, because one mistake shows in many places. */
function inWords(wrongs: readonly string[]): string {
  const more = wrongs.length - LIMITS.shown
  return [...wrongs.slice(0, LIMITS.shown), ...(more > 0 ? [`… and ${more} more`] : [])].join('\n')
}

async function findBroken(
  { progress }: TelemetryRigOptions,
  rig: TelemetryRig,
  walk: Walk,
  cold: string,
): Promise<readonly string[]> {
  const [manners, ...faults] = liveFaults(rig.system, walk)
  const wrongs: string[] = []
  if (manners) wrongs.push(...(await progress.step(manners.name, () => findUnheard(rig.prometheus, manners))))
  wrongs.push(...(await progress.step('what was told, and what was not', (say) => findUntold(rig, cold, say))))
  for (const fault of faults)
    wrongs.push(...(await progress.step(fault.name, () => findUnheard(rig.prometheus, fault))))
  return [...wrongs, ...(await progress.step('nothing secret in any of it', (say) => findLeaks(rig, walk, say)))]
}

/** Every service has been scraped a few times, so the rules have been evaluated with it. */
const ALL_SCRAPED = `count(count_over_time(up[9s]) > 4 and up == 1) == ${SERVICES.length}`

/** Alerts that fire although nothing is broken, while requests and changes come. */
async function findRestless({ prometheus }: TelemetryRig, walk: Walk): Promise<readonly string[]> {
  const heard = new Set<string>()
  await until(async () => ((await prometheus.query(ALL_SCRAPED)).length > 0 ? true : undefined), LIMITS.alertMs)
  const endMs = performance.now() + LIMITS.restMs
  while (performance.now() < endMs) {
    await walk.warmRequests(40)
    await walk.replaceValue()
    for (const { name, labels } of await prometheus.alerts()) heard.add(`${name} of ${labels.pod ?? 'all'}`)
    await sleep(500)
  }
  return [...heard].map((name) => `at rest there fires ${name}`)
}

/** Alerts that should fire during the failure, or end after it is mended, and do not. */
async function findUnheard(prometheus: Prometheus, fault: LiveFault): Promise<readonly string[]> {
  const missing = new Set(fault.alerts)
  const mend = await fault.begin()
  try {
    await until(async () => {
      const [alerts] = await Promise.all([prometheus.alerts(), fault.meanwhile()])
      for (const { name } of alerts) missing.delete(name)
      return missing.size === 0 ? true : undefined
    }, LIMITS.alertMs).catch(() => undefined)
  } finally {
    mend()
  }
  const firing = async (): Promise<readonly string[]> => {
    const names = (await prometheus.alerts()).map(({ name }) => name)
    return fault.ends.filter((name) => names.includes(name))
  }
  const left = await until(async () => {
    await fault.meanwhile()
    return (await firing()).length === 0 ? [] : undefined
  }, LIMITS.mendMs).catch(firing)
  return [
    ...[...missing].map((name) => `${fault.name}: ${name} does not fire`),
    ...left.map((name) => `${fault.name}: mended, and ${name} still fires`),
  ]
}
