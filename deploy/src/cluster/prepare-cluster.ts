import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { ControlPlane } from './control-plane.js'

/** The Secrets that exist before an install: every name that the examples mention, with its keys. */
const SECRETS: Readonly<Record<string, readonly string[]>> = {
  'vault-database': ['runtime', 'migrator'],
  'vault-keys-database': ['runtime', 'migrator'],
  'management-database': ['runtime', 'migrator'],
  'database-ca': ['ca.crt'],
  'rds-ca': ['global-bundle.pem'],
  'master-key': ['master.key'],
  redis: ['password'],
}

const node = (name: string, zone: string): object => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name,
    labels: { 'kubernetes.io/os': 'linux', 'topology.kubernetes.io/zone': zone, 'kubernetes.io/hostname': name },
  },
  status: {
    allocatable: { cpu: '16', memory: '64Gi', pods: '110' },
    capacity: { cpu: '16', memory: '64Gi', pods: '110' },
  },
})

const volume = (name: string, storage: string): object => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name },
  spec: {
    capacity: { storage },
    accessModes: ['ReadWriteOnce'],
    persistentVolumeReclaimPolicy: 'Delete',
    hostPath: { path: `/nowhere/${name}` },
  },
})

/** Makes three machines in two zones, two volumes, and the kinds of Gateway API, cert-manager and External Secrets. */
export async function prepareCluster(
  plane: ControlPlane,
  definitions: readonly string[],
  folder: string,
): Promise<void> {
  const objects = [
    node('one', 'a'),
    node('two', 'b'),
    node('three', 'a'),
    volume('five', '5Gi'),
    volume('single', '1Gi'),
  ]
  await applyAll(plane, path.join(folder, 'cluster.json'), objects)
  for (const file of definitions) await plane.kubectl('apply', '--server-side', '-f', file)
  await plane.kubectl('wait', '--for=condition=Ready', 'node', '--all', '--timeout=60s')
  await plane.kubectl('wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s')
}

/** Makes a namespace that admits only pods which pass Pod Security `restricted`. */
export async function makeNamespace(plane: ControlPlane, namespace: string, folder: string): Promise<void> {
  const labels = {
    'pod-security.kubernetes.io/enforce': 'restricted',
    'pod-security.kubernetes.io/warn': 'restricted',
  }
  const secrets = Object.entries(SECRETS).map(([name, keys]) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace },
    stringData: Object.fromEntries(keys.map((key) => [key, 'x'])),
  }))
  const objects = [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } }, ...secrets]
  await applyAll(plane, path.join(folder, `${namespace}.json`), objects)
}

async function applyAll(plane: ControlPlane, file: string, items: readonly object[]): Promise<void> {
  await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
  await plane.kubectl('apply', '-f', file)
}
