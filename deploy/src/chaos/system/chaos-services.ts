import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Progress } from '../../console/progress.js'
import { type Environment, nodeOptionsOf, type Service } from '../../system/environments.js'
import { writePrivate } from '../../system/local-files.js'
import type { ProcessSpec, Supervisor } from '../../system/supervisor.js'
import { REPLICAS } from './chaos-ports.js'
import type { ReplicaPlans } from './replica-plans.js'

export interface ChaosServicesOptions {
  /** The folder whose `services/…/dist` are run: the project, or a copy with a rule removed. */
  readonly codeDir: string
  readonly stateDir: string
  readonly progress: Progress
  readonly supervisor: Supervisor
  readonly plans: ReplicaPlans
}

/** The services, two processes of each. */
export interface ChaosServices {
  /** Makes the wall clock of a proxy wrong by so much. */
  skew(name: string, skewMs: number): Promise<void>
  /**
   * Runs a command of management beside the running services, by the links of the first one. @throws Error with its
   * log.
   */
  runManagement(words: readonly string[]): Promise<void>
}

const INDEXES = Array.from({ length: REPLICAS }, (_, index) => index)

/** Migrates, then starts the services in the order of their dependencies. @throws Error with the end of a log. */
export async function startChaosServices(options: ChaosServicesOptions): Promise<ChaosServices> {
  const { codeDir, stateDir, progress, supervisor, plans } = options
  const spec = (name: string, service: Service, env: Environment, args: readonly string[] = []): ProcessSpec => ({
    ...{ name, args, env, nodeOptions: nodeOptionsOf(service) },
    script: path.join(codeDir, 'services', service, 'dist', 'main.js'),
    logFile: path.join(stateDir, 'logs', `${name}.log`),
  })
  const startAll = (service: Service, envOf: (index: number) => Environment): Promise<unknown> =>
    progress.step(`${REPLICAS} × ${service}`, () =>
      Promise.all(INDEXES.map((index) => supervisor.start(spec(`${service}-${index + 1}`, service, envOf(index))))),
    )
  const skewFile = (name: string): string => path.join(stateDir, `${name}.skew`)
  const skew = (name: string, skewMs: number): Promise<void> => writePrivate(skewFile(name), String(skewMs))
  await progress.step('migrations', () =>
    Promise.all([
      supervisor.runToEnd(spec('vault-migrate', 'vault', plans.migrateVault, ['migrate'])),
      supervisor.runToEnd(spec('management-migrate', 'management', plans.migrateManagement, ['migrate'])),
    ]),
  )
  for (const index of INDEXES) await skew(`proxy-${index + 1}`, 0)
  await startAll('vault', plans.vault)
  await startAll('management', plans.management)
  await startAll('proxy', (index) => skewable(plans.proxy(index), skewFile(`proxy-${index + 1}`)))
  return {
    skew,
    runManagement: (words) =>
      supervisor.runToEnd(spec(`management-${words[0]}`, 'management', plans.management(0), words)),
  }
}

/** Stops the services, each before those that it depends on. */
export async function stopChaosServices(supervisor: Supervisor): Promise<void> {
  supervisor.close()
  for (const service of ['proxy', 'management', 'vault']) {
    const names = [...supervisor.pids().keys()].filter((name) => name.startsWith(service))
    await Promise.all(names.map((name) => supervisor.stop(name)))
  }
}

function skewable(environment: Environment, file: string): Environment {
  const module = pathToFileURL(path.join(import.meta.dirname, '..', 'skewed-clock', 'main.js'))
  return { ...environment, NODE_OPTIONS: `--import=${module.href}`, PMA_CHAOS_SKEW_FILE: file }
}
