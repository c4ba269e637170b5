import { until } from '@protectmyapi/dev-kit/until'
import type { Progress } from '../console/progress.js'
import { Deployment, Job, list, Pod, secretData } from './api-objects.js'
import { check } from './check.js'
import type { ControlPlane } from './control-plane.js'
import type { Release } from './helm-release.js'
import { checkBudget, isWhole, watchDrain } from './watch-drain.js'
import { whatIsThere } from './what-is-there.js'

export interface LifeOptions {
  readonly plane: ControlPlane
  readonly release: Release
  readonly namespace: string
  readonly chart: string
  /** The packed chart of the version before. */
  readonly previous: string
  /** Whether each service has several pods. */
  readonly isReplicated: boolean
  readonly progress: Progress
  /** Runs between the upgrade and the rollback, to look at the installed objects. */
  readonly whileInstalled: () => Promise<void>
}

const LIMITS = {
  /** A controller removes the claims of volumes, after their pods. */
  goneMs: 60_000,
  wholeMs: 60_000,
} as const

/**
 * Installs the version before, upgrades to this one, rolls back, upgrades, drains a machine, and uninstalls. @throws
 * Error in words.
 */
export async function liveThrough(options: LifeOptions): Promise<void> {
  const { plane, release, namespace, chart, previous, progress } = options
  const before = await whatIsThere(plane, namespace)
  await progress.step(`${namespace}: install of the version before`, () => release.install(previous))
  const first = await stateOf(plane, namespace)
  check(first.versions.join() === '0.0.9', `pods are of ${first.versions.join()}, not of 0.0.9`)
  const marked = await markSecrets(plane, namespace)

  await progress.step(`${namespace}: upgrade to this version`, () => release.upgrade(chart))
  const second = await stateOf(plane, namespace)
  check(second.versions.join() === '0.1.0', `after the upgrade pods are of ${second.versions.join()}, not of 0.1.0`)
  checkOtherJobs(first.migrations, second.migrations)
  await checkMarks(plane, namespace, marked)
  await options.whileInstalled()

  await progress.step(`${namespace}: rollback`, () => release.rollback(1))
  const third = await stateOf(plane, namespace)
  check(third.versions.join() === '0.0.9', `after the rollback pods are of ${third.versions.join()}, not of 0.0.9`)
  check(third.migrations.join() === first.migrations.join(), 'after the rollback other migrations ran than before')
  await checkMarks(plane, namespace, marked)
  await progress.step(`${namespace}: upgrade again`, () => release.upgrade(chart))

  await progress.step(`${namespace}: drain of a machine`, async (say) => {
    for (const line of await watchDrain(plane, namespace, 'one')) say(line)
    if (options.isReplicated) await checkBudget(plane, namespace)
  })
  await progress.step(`${namespace}: uninstall`, () => release.uninstall())
  const left = async (): Promise<readonly string[]> =>
    (await whatIsThere(plane, namespace)).filter((name) => !before.includes(name))
  await until(async () => ((await left()).length === 0 ? true : undefined), LIMITS.goneMs).catch(
    async (cause: unknown) => {
      throw new Error(`after the uninstall there is still: ${(await left()).join(', ')}`, { cause })
    },
  )
}

interface State {
  /** Tags of the product's images that run. */
  readonly versions: readonly string[]
  readonly migrations: readonly string[]
}

async function stateOf(plane: ControlPlane, namespace: string): Promise<State> {
  // An autoscaler raises the number of pods some seconds after helm has seen what it waited for.
  await until(async () => ((await isWhole(plane, namespace)) ? true : undefined), LIMITS.wholeMs)
  const deployments = await list(plane, namespace, 'deployments', Deployment)
  check(deployments.length === 3, `there are ${deployments.length} Deployments, not 3`)
  const jobs = (await list(plane, namespace, 'jobs', Job)).filter(({ metadata }) => metadata.name.includes('-migrate-'))
  check(jobs.length === 2, `there are ${jobs.length} migrations, not 2`)
  for (const { metadata, status } of jobs) check(status.succeeded === 1, `${metadata.name} has not succeeded`)
  const pods = (await list(plane, namespace, 'pods', Pod)).filter(
    ({ metadata }) => 'pod-template-hash' in metadata.labels,
  )
  const tags = pods.map(({ spec }) => spec.containers[0]?.image.split(':').at(-1) ?? '')
  return { versions: [...new Set(tags)].toSorted(), migrations: jobs.map(({ metadata }) => metadata.name).toSorted() }
}

function checkOtherJobs(before: readonly string[], after: readonly string[]): void {
  const same = after.filter((name) => before.includes(name))
  check(same.length === 0, `the upgrade ran no migration of its own: ${same.join(', ')}`)
}

/** Puts a mark into the Secrets that Jobs fill, because their contents must survive whatever helm does. */
async function markSecrets(plane: ControlPlane, namespace: string): Promise<readonly string[]> {
  const names = (await whatIsThere(plane, namespace))
    .filter((name) => /^secret\/pma-/.test(name))
    .map((name) => name.slice('secret/'.length))
  const patch = JSON.stringify({ data: { marked: Buffer.from(namespace).toString('base64') } })
  for (const name of names) await plane.kubectl('patch', 'secret', name, '-n', namespace, '--type=merge', '-p', patch)
  return names
}

async function checkMarks(plane: ControlPlane, namespace: string, names: readonly string[]): Promise<void> {
  for (const name of names)
    check((await secretData(plane, namespace, name)).get('marked') === namespace, `what was in Secret ${name} is gone`)
}
