import { randomBytes } from 'node:crypto'
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import path from 'node:path'
import { SHARED_FOLDER, startPostgres } from '@protectmyapi/dev-kit/postgres/postgres-server'
import { until } from '@protectmyapi/dev-kit/until'
import type { Progress } from '../console/progress.js'
import { list, Pod, type PodContainer, podOf, Service, secretData } from './api-objects.js'
import { check } from './check.js'
import type { Release } from './helm-release.js'
import { replaceAuthority } from './replace-authority.js'
import { type ContainerRig, mainContainer, renewConfigMaps, runContainer } from './run-container.js'
import { addressServices } from './service-addresses.js'
import { type StartedProgram, startProgram, toItsEnd } from './start-program.js'

export interface RealRunOptions extends Omit<ContainerRig, 'hosts'> {
  readonly release: Release
  readonly redisServer: string
  readonly progress: Progress
}

const TRIAL_SECRET = 'pma-protectmyapi-trial'
/** In the order of their dependencies. */
const SERVICES = ['vault', 'management', 'proxy'] as const
const LOG_LEVEL = 'pma-protectmyapi-log-level'
const LIMITS = { readyMs: 90_000, testPodMs: 60_000, probeMs: 5_000, logLevelMs: 30_000 } as const

/**
 * kwok only reports pods as running. Here their programs run: each with the environment, files and arguments of its
 * pod, in the order in which a cluster would start them. Then `helm test`, and an orderly end.
 */
export async function runForReal(options: RealRunOptions): Promise<void> {
  const { plane, namespace, progress } = options
  // The marks of earlier tests are not certificates, so the Jobs make everything from nothing.
  const pods = await list(plane, namespace, 'pods', Pod)
  const services = await list(plane, namespace, 'services', Service)
  const addresses = await addressServices(services, pods, namespace)
  // The pod that helm makes later, for its test.
  const test = `127.0.0.1 pma-protectmyapi-test.${namespace}.svc`
  const rig: ContainerRig = { ...options, hosts: [...addresses.hosts, test] }
  const ends: (() => Promise<unknown>)[] = [() => addresses.close()]
  const main = (component: string): Promise<StartedProgram> => {
    const pod = podOf(pods, component)
    return runContainer(rig, pod, mainContainer(pod))
  }
  try {
    await progress.step('Jobs fill the Secrets, through the API', async () => {
      await toItsEnd(await main('trial-secrets'))
      await toItsEnd(await main('certificates'))
    })
    ends.push(await startDatabases(options))
    await progress.step('who waits for a schema goes on waiting; then the migrations; then it goes on', async () => {
      await toItsEnd(await main('databases'))
      const waiting = await Promise.all(
        ['vault', 'management'].map((component) => startWaiting(rig, podOf(pods, component))),
      )
      await until(async () => (await areWaiting(waiting)) || undefined, LIMITS.readyMs)
      await toItsEnd(await main('vault-migrate'))
      await toItsEnd(await main('management-migrate'))
      for (const one of waiting) await toItsEnd(one)
    })
    const running = new Map<string, StartedProgram>()
    const start = async (component: string): Promise<void> => {
      const program = await main(component)
      running.set(component, program)
      ends.push(() => program.stop(1_000))
      await untilReady(program, mainContainer(podOf(pods, component)))
    }
    for (const component of SERVICES)
      await progress.step(`${component}, until its probes say so`, () => start(component))
    await progress.step('helm test', async (say) => {
      for (const line of await runHelmTest(rig, options.release)) say(line)
    })
    await progress.step('another log level, by the ConfigMap: told by each, which goes on', async () => {
      const patch = ['-n', namespace, '--type=merge', '-p', JSON.stringify({ data: { level: 'debug' } })]
      await plane.kubectl('patch', 'configmap', LOG_LEVEL, ...patch)
      for (const [component, program] of running) {
        const pod = podOf(pods, component)
        await renewConfigMaps(rig, pod, mainContainer(pod))
        await until(async () => tellsLevel(await program.log(), 'debug') || undefined, LIMITS.logLevelMs)
        check(program.isRunning(), `${component} ended`)
      }
    })
    await progress.step('renewal: the Job again, with the services running', async () =>
      toItsEnd(await main('certificates')),
    )
    await progress.step('another CA at once, a roll, and helm test under it', async () => {
      await replaceAuthority(rig, async () => {
        for (const component of SERVICES) {
          await running.get(component)?.stop(podOf(pods, component).spec.terminationGracePeriodSeconds * 1_000)
          await start(component)
        }
      })
      await runHelmTest(rig, options.release)
    })
    await progress.step('SIGTERM, as at the end of a pod', async (say) => {
      for (const [component, program] of [...running].toReversed()) {
        const graceMs = podOf(pods, component).spec.terminationGracePeriodSeconds * 1_000
        const { status, tookMs } = await program.stop(graceMs)
        check(status === 0, `${component} ended with ${status}`)
        say(`${component} ended in order after ${Math.round(tookMs)} ms of ${graceMs}`)
      }
    })
  } finally {
    for (const end of ends.toReversed()) await end()
  }
}

function startWaiting(rig: ContainerRig, pod: Pod): Promise<StartedProgram> {
  const container = pod.spec.initContainers.find(({ name }) => name === 'wait-for-schema')
  if (container === undefined) throw new Error(`${pod.metadata.name} does not wait for its schema`)
  return runContainer(rig, pod, container)
}

async function areWaiting(programs: readonly StartedProgram[]): Promise<boolean> {
  const logs = await Promise.all(programs.map((program) => program.log()))
  for (const program of programs) check(program.isRunning(), `${program.spec.name} did not wait`)
  return logs.every((log) => log.includes('waiting for migrations'))
}

/** For images of other projects: starts this machine's programs, with the passwords of the Secret. */
async function startDatabases({
  plane,
  namespace,
  folder,
  redisServer,
  guard,
  progress,
}: RealRunOptions): Promise<() => Promise<void>> {
  const secrets = await secretData(plane, namespace, TRIAL_SECRET)
  await mkdir(SHARED_FOLDER, { recursive: true, mode: 0o755 })
  const postgresFolder = await mkdtemp(path.join(SHARED_FOLDER, 'cluster-'))
  await chmod(postgresFolder, 0o755)
  const postgres = await startPostgres({
    folder: path.join(postgresFolder, 'cluster'),
    port: 5432,
    password: secrets.get('postgres.password') ?? randomBytes(8).toString('hex'),
    logFile: path.join(folder, 'postgres.log'),
    settings: { fsync: 'off' },
    say: progress.say,
  })
  guard.watch(postgres.pid)
  const data = path.join(folder, 'redis')
  await mkdir(data, { recursive: true })
  const settings = (secrets.get('redis.conf') ?? '').replace('dir /data', `dir ${data}`).split('\n')
  const args = settings.flatMap((line) => {
    const [name = '', ...words] = line.split(' ')
    return name === '' ? [] : [`--${name}`, ...words.map((word) => (word === '""' ? '' : word))]
  })
  const server = startProgram(
    { name: 'redis', file: redisServer, args, logFile: path.join(folder, 'redis.log'), env: {} },
    guard,
  )
  return async () => {
    await server.stop(5_000)
    await postgres.stop()
    guard.release(postgres.pid)
    await rm(postgresFolder, { recursive: true, force: true })
  }
}

/** Runs the startup probe and then the readiness and liveness probes, as the kubelet does. */
async function untilReady(program: StartedProgram, container: PodContainer): Promise<void> {
  for (const probe of [container.startupProbe, container.readinessProbe, container.livenessProbe]) {
    if (probe?.httpGet === undefined) throw new Error(`${container.name} lacks a probe`)
    const { path: target, port: name } = probe.httpGet
    const port = container.ports.find((one) => one.name === name)?.containerPort
    if (port === undefined) throw new Error(`${container.name} has no port ${name}`)
    await until(async () => {
      if (!program.isRunning()) await toItsEnd(program)
      return (await answersOk(`http://127.0.0.1:${port}${target}`)) || undefined
    }, LIMITS.readyMs)
  }
}

async function answersOk(url: string): Promise<boolean> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(LIMITS.probeMs) }).catch(() => undefined)
  return answer?.ok === true
}

/** helm makes the pod and waits for its end. The program runs here, and its outcome is written to the pod's status. */
async function runHelmTest(rig: ContainerRig, release: Release): Promise<readonly string[]> {
  const { plane, namespace } = rig
  const tested = release.test()
  tested.catch(() => undefined)
  const pod = await until(async () => {
    const pods = await list(plane, namespace, 'pods', Pod)
    return pods.find(({ metadata }) => metadata.annotations['helm.sh/hook'] === 'test')
  }, LIMITS.testPodMs)
  const program = await runContainer(rig, pod, mainContainer(pod))
  const status = await program.ended
  const phase = status === 0 ? 'Succeeded' : 'Failed'
  const patch = ['--subresource=status', '--type=merge', '-p', JSON.stringify({ status: { phase } })]
  await plane.kubectl('patch', 'pod', pod.metadata.name, '-n', namespace, ...patch)
  if (status !== 0) await toItsEnd(program)
  const said = await tested
  check(/Phase:\s+Succeeded/.test(said), `helm test says:\n${said}`)
  await plane.kubectl('delete', 'pod', pod.metadata.name, '-n', namespace, '--grace-period=0', '--force')
  return (await program.log())
    .trimEnd()
    .split('\n')
    .map((line) => messageOf(line))
}

function tellsLevel(log: string, level: string): boolean {
  return log.split('\n').some((line) => line.includes(`"level":"${level}"`) && line.includes('log level was changed'))
}

function messageOf(line: string): string {
  const parsed: unknown = JSON.parse(line)
  return typeof parsed === 'object' && parsed !== null && 'msg' in parsed ? String(parsed.msg) : line
}
