import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { createAuthority } from '@protectmyapi/dev-kit/certificates/certificate-authority'
import type { Guard } from '@protectmyapi/dev-kit/programs/guard'
import { lastLines, runCommand } from '@protectmyapi/dev-kit/programs/run-command'
import { until } from '@protectmyapi/dev-kit/until'
import type { ControlPlaneTools } from '../chart/go-tools.js'
import { type StartedProgram, startProgram } from './start-program.js'

/** A Kubernetes without machines: its API, controllers and scheduler are real; kwok simulates nodes and kubelets. */
export interface ControlPlane {
  /** The environment for `kubectl` and `helm`. */
  readonly env: Readonly<Record<string, string>>
  /** @throws Error with its output. */
  kubectl(...args: readonly string[]): Promise<string>
  /** Asks for an eviction as a drain does, which a disruption budget may refuse. @throws Error with its output. */
  evict(namespace: string, pod: string): Promise<void>
  stop(): Promise<void>
}

/** The address that the kubelet gives every container. */
export const API = { host: '127.0.0.1', port: 6443 } as const

const LIMITS = { readyMs: 120_000, stopMs: 10_000, commandMs: 300_000 } as const

export interface ControlPlaneOptions {
  readonly tools: ControlPlaneTools
  /** An empty folder, which the caller provides. */
  readonly folder: string
  readonly guard: Guard
  /** The PATH of this process, in which programs are found. */
  readonly searchPath: string
}

/**
 * Listens on loopback at the usual ports, so the caller must be alone in a network namespace. @throws Error with the
 * end of a log.
 */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { tools, folder, guard, searchPath } = options
  await mkdir(folder, { recursive: true })
  const at = (name: string): string => path.join(folder, name)
  await writeFiles(at)
  const env = { PATH: searchPath, HOME: folder, KUBECONFIG: at('kubeconfig') }
  const kubectl = (...args: readonly string[]): Promise<string> =>
    runCommand(tools.kubectl, args, { env, timeoutMs: LIMITS.commandMs })
  const started: StartedProgram[] = []
  const start = (name: string, file: string, args: readonly string[]): StartedProgram => {
    const program = startProgram({ name, file, args, env, logFile: at(`${name}.log`) }, guard)
    started.push(program)
    return program
  }
  const stop = async (): Promise<void> => {
    for (const program of started.toReversed()) await program.stop(LIMITS.stopMs)
  }
  try {
    start('etcd', tools.etcd, ['--data-dir', at('etcd'), '--logger=zap', '--log-level=warn', '--unsafe-no-fsync'])
    const api = start('kube-apiserver', tools.apiServer, apiServerArgs(at))
    await until(() => isReady(api, kubectl), LIMITS.readyMs)
    start('kube-controller-manager', tools.controllerManager, [
      ...['--kubeconfig', at('kubeconfig'), '--leader-elect=false'],
      ...['--service-account-private-key-file', at('accounts.key'), '--root-ca-file', at('ca.pem')],
    ])
    start('kube-scheduler', tools.scheduler, ['--kubeconfig', at('kubeconfig'), '--leader-elect=false'])
    start('kwok', tools.kwok, ['--kubeconfig', at('kubeconfig'), '--manage-all-nodes=true', '--config', tools.stages])
  } catch (cause) {
    await stop()
    throw cause
  }
  const evict = async (namespace: string, pod: string): Promise<void> => {
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: pod, namespace } }
    await writeFile(at('eviction.json'), JSON.stringify(eviction))
    await kubectl('create', '--raw', `/api/v1/namespaces/${namespace}/pods/${pod}/eviction`, '-f', at('eviction.json'))
  }
  return { env, kubectl, evict, stop }
}

async function isReady(api: StartedProgram, kubectl: ControlPlane['kubectl']): Promise<true | undefined> {
  if (!api.isRunning()) throw new Error(`kube-apiserver ended. The end of its log:\n${lastLines(await api.log(), 15)}`)
  return kubectl('get', '--raw', '/readyz').then(
    () => true,
    () => undefined,
  )
}

function apiServerArgs(at: (name: string) => string): readonly string[] {
  return [
    ...['--etcd-servers', 'http://127.0.0.1:2379', '--bind-address', API.host, '--secure-port', String(API.port)],
    ...['--advertise-address', API.host, '--endpoint-reconciler-type=none', '--service-cluster-ip-range=10.96.0.0/16'],
    ...['--tls-cert-file', at('api.pem'), '--tls-private-key-file', at('api.key')],
    ...['--service-account-issuer=https://kubernetes.default.svc', '--service-account-key-file', at('accounts.pub')],
    ...['--service-account-signing-key-file', at('accounts.key'), '--token-auth-file', at('tokens.csv')],
    ...['--authorization-mode=RBAC', '--anonymous-auth=false'],
  ]
}

async function writeFiles(at: (name: string) => string): Promise<void> {
  const authority = await createAuthority('cluster')
  const api = await authority.issue({ commonName: 'kube-apiserver', ipAddresses: [API.host], dnsNames: ['localhost'] })
  const accounts = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  const token = randomBytes(16).toString('hex')
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'c', cluster: { server: `https://${API.host}:${API.port}`, 'certificate-authority': at('ca.pem') } },
    ],
    users: [{ name: 'u', user: { token } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  }
  const files = {
    'ca.pem': authority.certPem,
    'api.pem': api.certPem,
    'api.key': api.keyPem,
    'accounts.pub': accounts.publicKey,
    'accounts.key': accounts.privateKey,
    'tokens.csv': `${token},admin,admin,"system:masters"\n`,
    kubeconfig: JSON.stringify(kubeconfig),
  }
  for (const [name, text] of Object.entries(files)) await writeFile(at(name), text, { mode: 0o600 })
}
