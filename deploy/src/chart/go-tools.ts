import { readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { go, install, moduleDir, moduleOf, once } from './go-modules.js'

/** The tools that the chart is tested with, all built from Go modules. A changed version is built again. */
const VERSIONS = {
  helm: 'v3.22.0',
  kubernetes: '1.34.1',
  etcd: 'v3.6.5',
  kwok: 'v0.8.0',
  gatewayApi: 'v1.4.1',
  certManager: 'v1.21.2',
  externalSecrets: 'v1.3.2',
  prometheusOperator: 'v0.85.0',
} as const

export interface ControlPlaneTools {
  readonly etcd: string
  readonly apiServer: string
  readonly controllerManager: string
  readonly scheduler: string
  readonly kubectl: string
  readonly kwok: string
  /** The stages by which kwok simulates nodes and pods. */
  readonly stages: string
  /** Definitions of the kinds that the chart may use and that Kubernetes does not have. */
  readonly definitions: readonly string[]
}

/** @throws Error with the compiler's output. */
export function helmTool(cacheDir: string): Promise<string> {
  return once(cacheDir, `helm-${VERSIONS.helm}`, async (folder) => {
    await install(folder, `helm.sh/helm/v3/cmd/helm@${VERSIONS.helm}`)
    return path.join(folder, 'helm')
  })
}

/**
 * The program of deploy/test/chart/pod-security. Always built, because Go's own cache knows whether there is anything
 * to do.
 */
export async function podSecurityTool(cacheDir: string, projectDir: string): Promise<string> {
  const program = path.join(cacheDir, 'pod-security')
  const cwd = path.join(projectDir, 'deploy', 'test', 'chart', 'pod-security')
  await go(['build', '-o', program, '.'], cwd)
  return program
}

/** @throws Error with the compiler's output. */
export async function controlPlaneTools(cacheDir: string): Promise<ControlPlaneTools> {
  const kubernetes = await once(cacheDir, `kubernetes-${VERSIONS.kubernetes}`, buildKubernetes)
  const etcd = await once(cacheDir, `etcd-${VERSIONS.etcd}`, buildEtcd)
  const kwok = await once(cacheDir, `kwok-${VERSIONS.kwok}`, async (folder) => {
    await install(folder, `sigs.k8s.io/kwok/cmd/kwok@${VERSIONS.kwok}`)
    await writeFile(
      path.join(folder, 'stages.yaml'),
      await stagesOf(await moduleDir(`sigs.k8s.io/kwok@${VERSIONS.kwok}`)),
    )
    return folder
  })
  return {
    etcd: path.join(etcd, 'etcd'),
    apiServer: path.join(kubernetes, 'kube-apiserver'),
    controllerManager: path.join(kubernetes, 'kube-controller-manager'),
    scheduler: path.join(kubernetes, 'kube-scheduler'),
    kubectl: path.join(kubernetes, 'kubectl'),
    kwok: path.join(kwok, 'kwok'),
    stages: path.join(kwok, 'stages.yaml'),
    definitions: await definitions(),
  }
}

/**
 * Kubernetes cannot be installed as a module, because its own go.mod names its staging modules by folders. A generated
 * module names them by version instead.
 */
async function buildKubernetes(folder: string): Promise<string> {
  const { version, minor } = { version: VERSIONS.kubernetes, minor: VERSIONS.kubernetes.split('.')[1] ?? '' }
  const { GoMod } = await moduleOf(`k8s.io/kubernetes@v${version}`)
  const staging = [...(await readFile(GoMod, 'utf8')).matchAll(/^\s*(k8s\.io\/\S+) => \.\/staging\//gm)]
  const replaced = staging.map(([, name]) => `replace ${name} => ${name} v${version.replace(/^1\./, '0.')}`)
  const programs = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl']
  await writeFile(
    path.join(folder, 'go.mod'),
    ['module control-plane', 'go 1.25', `require k8s.io/kubernetes v${version}`, ...replaced, ''].join('\n'),
  )
  const imports = programs.map((name) => `\t_ "k8s.io/kubernetes/cmd/${name}"`)
  await writeFile(
    path.join(folder, 'programs.go'),
    ['//go:build tools', '', 'package programs', '', 'import (', ...imports, ')', ''].join('\n'),
  )
  await go(['mod', 'tidy', '-e'], folder)
  const stamp = [
    `-X k8s.io/component-base/version.gitVersion=v${version}`,
    `-X k8s.io/component-base/version.gitMajor=1`,
    `-X k8s.io/component-base/version.gitMinor=${minor}`,
    `-X k8s.io/client-go/pkg/version.gitVersion=v${version}`,
  ].join(' ')
  for (const name of programs) {
    await go(['build', '-ldflags', stamp, '-o', path.join(folder, name), `k8s.io/kubernetes/cmd/${name}`], folder)
  }
  return folder
}

/** The main package of etcd's server is no longer part of the module, but the packages that it calls are. */
async function buildEtcd(folder: string): Promise<string> {
  await writeFile(path.join(folder, 'go.mod'), 'module etcd\n\ngo 1.25\n')
  await writeFile(
    path.join(folder, 'main.go'),
    [
      'package main',
      '',
      'import (',
      '\t"os"',
      '',
      '\t"go.etcd.io/etcd/server/v3/etcdmain"',
      ')',
      '',
      'func main() { etcdmain.Main(os.Args) }',
      '',
    ].join('\n'),
  )
  await go(['get', `go.etcd.io/etcd/server/v3@${VERSIONS.etcd}`], folder)
  await go(['mod', 'tidy'], folder)
  await go(['build', '-o', path.join(folder, 'etcd'), '.'], folder)
  return folder
}

async function stagesOf(kwok: string): Promise<string> {
  const texts: string[] = []
  for (const kind of ['node/fast', 'node/heartbeat', 'pod/fast'])
    for (const file of await yamlFiles(path.join(kwok, 'kustomize', 'stage', kind)))
      texts.push(await readFile(file, 'utf8'))
  return texts.join('\n---\n')
}

/** The paths of the files, for `kubectl apply -f`. */
async function definitions(): Promise<readonly string[]> {
  const gateway = await moduleDir(`sigs.k8s.io/gateway-api@${VERSIONS.gatewayApi}`)
  const certManager = await moduleDir(`github.com/cert-manager/cert-manager@${VERSIONS.certManager}`)
  const external = await moduleDir(`github.com/external-secrets/external-secrets@${VERSIONS.externalSecrets}`)
  return [
    path.join(gateway, 'config/crd/standard/gateway.networking.k8s.io_httproutes.yaml'),
    path.join(certManager, 'deploy/crds/cert-manager.io_certificates.yaml'),
    path.join(external, 'config/crds/bases/external-secrets.io_externalsecrets.yaml'),
    ...(await prometheusDefinitions()),
  ]
}

/** The definitions of PodMonitor and PrometheusRule. */
export async function prometheusDefinitions(): Promise<readonly string[]> {
  const operator = await moduleDir(`github.com/prometheus-operator/prometheus-operator@${VERSIONS.prometheusOperator}`)
  return ['podmonitors', 'prometheusrules'].map((name) =>
    path.join(operator, 'example/prometheus-operator-crd', `monitoring.coreos.com_${name}.yaml`),
  )
}

async function yamlFiles(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml') && name !== 'kustomization.yaml')
  return names.toSorted().map((name) => path.join(folder, name))
}
