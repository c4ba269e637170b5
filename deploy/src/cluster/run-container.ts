import { chown, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Guard } from '@protectmyapi/dev-kit/programs/guard'
import { configMapData, type Pod, type PodContainer, type PodVolume, secretData } from './api-objects.js'
import { CONTAINER_ROOT, IMAGE_ROOT } from './container-root.js'
import { API, type ControlPlane } from './control-plane.js'
import { type ProgramSpec, type StartedProgram, startProgram } from './start-program.js'

export interface ContainerRig {
  readonly plane: ControlPlane
  readonly namespace: string
  readonly folder: string
  readonly projectDir: string
  readonly guard: Guard
  /** Lines of /etc/hosts, with the names of Services. */
  readonly hosts: readonly string[]
  /** The files of images, by image name. Without them programs run from the source tree. */
  readonly imageRoots: Readonly<Record<string, string>> | undefined
}

/** The user that the images run as, and the group that mounts belong to. */
const USER = 65_532

/** The program of each of the product's images, as a path below the project. */
const ENTRY: Readonly<Record<string, string>> = {
  vault: 'services/vault/dist/main.js',
  management: 'services/management/dist/main.js',
  proxy: 'services/proxy/dist/main.js',
  installer: 'deploy/dist/installer/main.js',
}

/** The PATH that the images set. */
const SYSTEM_PATH = '/usr/sbin:/usr/bin:/sbin:/bin'
const NO_INSPECTOR = '--disable-sigusr1'
const IMAGE_ENVIRONMENT = {
  PATH: '/usr/bin',
  NODE_ENV: 'production',
  // The Node of an image knows the option; that of this machine may be older.
  ...(process.allowedNodeEnvironmentFlags.has(NO_INSPECTOR) ? { NODE_OPTIONS: NO_INSPECTOR } : {}),
}
/** The variables that the kubelet gives every container. */
const KUBELET_ENVIRONMENT = { KUBERNETES_SERVICE_HOST: API.host, KUBERNETES_SERVICE_PORT: String(API.port) }

/** Starts a container's program with exactly the environment, files and arguments that its pod gives it. */
export async function runContainer(rig: ContainerRig, pod: Pod, container: PodContainer): Promise<StartedProgram> {
  const name = `${pod.metadata.name}-${container.name}`
  const folder = folderOf(rig, pod, container)
  await rm(folder, { recursive: true, force: true })
  const etc = await makeEtc(path.join(folder, 'etc'), rig.hosts)
  const mounts: string[] = []
  for (const { name: volume, mountPath } of container.volumeMounts) {
    const found = pod.spec.volumes.find((one) => one.name === volume)
    if (found === undefined) throw new Error(`${name}: there is no volume ${volume}`)
    mounts.push(`${await makeVolume(rig, pod, found, path.join(folder, volume))}:${mountPath}`)
  }
  const env = {
    ...IMAGE_ENVIRONMENT,
    ...KUBELET_ENVIRONMENT,
    ...Object.fromEntries(container.env.map((one) => [one.name, one.value])),
  }
  const logFile = path.join(folder, 'log')
  return startProgram({ name, file: 'unshare', logFile, ...commandOf(rig, container, { etc, mounts, env }) }, rig.guard)
}

/**
 * Renews the files of a running container's ConfigMaps with their current contents, as a kubelet does after a while.
 */
export async function renewConfigMaps(rig: ContainerRig, pod: Pod, container: PodContainer): Promise<void> {
  for (const volume of pod.spec.volumes.filter(({ configMap }) => configMap !== undefined))
    await makeVolume(rig, pod, volume, path.join(folderOf(rig, pod, container), volume.name))
}

function folderOf(rig: ContainerRig, pod: Pod, container: PodContainer): string {
  return path.join(rig.folder, 'containers', `${pod.metadata.name}-${container.name}`)
}

interface Surroundings {
  readonly etc: string
  /** `source:target` */
  readonly mounts: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

function commandOf(
  { imageRoots, projectDir }: ContainerRig,
  { image, args }: PodContainer,
  { etc, mounts, env }: Surroundings,
): Pick<ProgramSpec, 'args' | 'env'> {
  const name = imageName(image)
  const entry = ENTRY[name]
  if (entry === undefined) throw new Error(`${image} is none of our images`)
  const root = imageRoots?.[name]
  if (root === undefined) {
    const command = ['env', '-i', ...pairs(env), process.execPath, path.join(projectDir, entry), ...args]
    const shell = ['--mount', 'sh', '-c', CONTAINER_ROOT, 'container', etc, ...mounts, '--', String(USER)]
    return { args: [...shell, ...command], env: { PATH: SYSTEM_PATH } }
  }
  const command = ['/nodejs/bin/node', `/app/${entry}`, ...args]
  const shell = ['--mount', 'sh', '-c', IMAGE_ROOT, 'container', root, etc, ...mounts, '--', String(USER)]
  // No program of the image sets variables (as `env` does above), so they are set for the whole command.
  return { args: [...shell, ...command], env: { ...env, PATH: SYSTEM_PATH, NODE_OPTIONS: NO_INSPECTOR } }
}

function imageName(image: string): string {
  return image.split('/').at(-1)?.split(/[:@]/)[0] ?? ''
}

function pairs(env: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(env).map(([name, value]) => `${name}=${value}`)
}

/** The first container of a pod. */
export function mainContainer({ spec, metadata }: Pod): PodContainer {
  const [first] = spec.containers
  if (first === undefined) throw new Error(`${metadata.name} has no container`)
  return first
}

async function makeEtc(folder: string, hosts: readonly string[]): Promise<string> {
  await mkdir(folder, { recursive: true })
  const files = {
    hosts: ['127.0.0.1 localhost', ...hosts, ''].join('\n'),
    'nsswitch.conf': 'hosts: files\n',
    passwd: `app:x:${USER}:${USER}::/nonexistent:/nonexistent\n`,
    group: `app:x:${USER}:\n`,
  }
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text)
  return folder
}

async function makeVolume(rig: ContainerRig, pod: Pod, volume: PodVolume, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  if (volume.secret !== undefined) {
    const { secretName, items } = volume.secret
    const data = await secretData(rig.plane, rig.namespace, secretName)
    for (const { key, path: file } of items ?? [...data.keys()].map((one) => ({ key: one, path: one })))
      await writeMounted(path.join(folder, file), mountedKey(data, secretName, key))
  } else if (volume.configMap !== undefined) {
    const data = await configMapData(rig.plane, rig.namespace, volume.configMap.name)
    for (const [key, text] of Object.entries(data)) await writeMounted(path.join(folder, key), text)
  } else if (volume.projected !== undefined) {
    await writeAccount(rig, pod.spec.serviceAccountName, folder)
  } else {
    // An empty volume or a claim: the container may write to it.
    await chown(folder, 0, USER)
  }
  return folder
}

/** A kubelet does not start a pod if a key that it mounts is missing. */
function mountedKey(data: ReadonlyMap<string, string>, secret: string, key: string): string {
  const value = data.get(key)
  if (value === undefined) throw new Error(`Secret ${secret} has no key ${key}: the pod would wait for it`)
  return value
}

/** Writes what `automountServiceAccountToken` mounts: a token of the account, and the CA to trust. */
async function writeAccount({ plane, namespace }: ContainerRig, account: string, folder: string): Promise<void> {
  const token = await plane.kubectl('create', 'token', account, '-n', namespace)
  const ca = await plane.kubectl(
    'get',
    'configmap',
    'kube-root-ca.crt',
    '-n',
    namespace,
    '-o',
    'jsonpath={.data.ca\\.crt}',
  )
  for (const [name, text] of Object.entries({ token: token.trim(), 'ca.crt': ca, namespace }))
    await writeMounted(path.join(folder, name), text)
}

/**
 * Writes a file as the kubelet does under `fsGroup`: owned by root, readable by the pod's group, and replaced
 * atomically.
 */
async function writeMounted(file: string, text: string): Promise<void> {
  const next = `${file}.next`
  await writeFile(next, text, { mode: 0o440 })
  await chown(next, 0, USER)
  await rename(next, file)
}
