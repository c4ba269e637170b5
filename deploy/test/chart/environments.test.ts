import { describe, expect, it } from '@jest/globals'
import {
  describeEnvironment as describeManagement,
  loadConfig as loadManagement,
  loadMigrateConfig as loadManagementMigrate,
} from '../../../services/management/src/config.js'
import { describeEnvironment as describeProxy, loadConfig as loadProxy } from '../../../services/proxy/src/config.js'
import {
  describeEnvironment as describeVault,
  loadConfig as loadVault,
  loadMigrateConfig as loadVaultMigrate,
} from '../../../services/vault/src/config.js'
import { MATRIX } from '../../src/chart/matrix.js'
import { databasesConfig, renewalConfig, testConfig } from '../../src/installer/installer-config.js'
import { type Rendered, render } from './helm.js'
import { type Container, environmentOf, podOf, podsOf } from './pods.js'

type Load = (env: NodeJS.ProcessEnv, readFile: (path: string) => string) => unknown

/**
 * How the programs of each component read their environment. A container that waits reads the same as the one that
 * serves.
 */
const LOADERS: Readonly<Record<string, Load>> = {
  vault: loadVault,
  management: loadManagement,
  proxy: loadProxy,
  'vault-migrate': loadVaultMigrate,
  'management-migrate': loadManagementMigrate,
  certificates: (env) => renewalConfig({ ...env, ...KUBELET }, 0),
  databases: (env) => databasesConfig(env),
  test: testConfig,
}

/** Containers beside the product's programs. */
const NOT_OURS = new Set(['spiffe-helper', 'shipper', 'before'])

/** Variables that the kubelet gives every pod. */
const KUBELET = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' }
const HEADERS = 'authorization: Bearer x'
const FILE = '-----BEGIN CERTIFICATE----- a file of enough characters'

/** Loads a container's configuration, with files from its mounts only. */
function load({ env, volumeMounts }: Container, loader: Load): unknown {
  const readFile = (path: string): string => {
    if (volumeMounts.some(({ mountPath }) => path.startsWith(`${mountPath}/`)))
      return path.startsWith('/etc/protectmyapi/otlp-headers/') ? HEADERS : FILE
    throw new Error(`nothing is mounted at ${path}`)
  }
  return loader(environmentOf({ env }), readFile)
}

function containersOf(rendered: Rendered): readonly { component: string; container: Container }[] {
  return podsOf(rendered).flatMap(({ component, spec }) =>
    [...spec.initContainers, ...spec.containers].map((container) => ({ component, container })),
  )
}

describe('the environment of a pod', () => {
  it.each(MATRIX)('is accepted by its program, with its files in its mounts: %s', async (_name, example, values) => {
    const containers = containersOf(await render(example, values))
    let loaded = 0
    for (const { component, container } of containers) {
      const loader = LOADERS[component]
      if (loader === undefined || NOT_OURS.has(container.name)) continue
      load(container, loader)
      loaded += 1
    }
    // Vault, management, the containers that wait for them, the proxy, and two migrations.
    expect(loaded).toBeGreaterThanOrEqual(7)
  })

  it.each(MATRIX)(
    'has no variable that no program reads, and none that holds a secret itself: %s',
    async (_name, example, values) => {
      const known = new Set(`${describeVault()} ${describeManagement()} ${describeProxy()}`.split(/\s+/))
      for (const { component, container } of containersOf(await render(example, values))) {
        if (!['vault', 'management', 'proxy', 'vault-migrate', 'management-migrate'].includes(component)) continue
        for (const { name, value } of container.env.filter(({ name }) => name !== 'HTTPS_PROXY')) {
          expect([...known]).toContain(name)
          if (/PASSWORD|TOKEN|_FILE|SECRET/.test(name) && name !== 'PMA_ALLOW_KEY_FILE')
            expect(value).toMatch(/^\/etc\/protectmyapi\//)
        }
      }
    },
  )

  it('can have all variables that the services know, but AWS_ENDPOINT_URL and where they listen', async () => {
    const said = new Set<string>()
    for (const [, example, values] of MATRIX)
      for (const { container } of containersOf(await render(example, values)))
        for (const { name } of container.env) said.add(name)
    const known =
      `${describeVault()} ${describeManagement()} ${describeProxy()}`.match(/\b(PMA|AWS)_[A-Z_]+\b(?= {2,})/g) ?? []
    const unsaid = [...new Set(known)].filter((name) => !said.has(name))
    expect(unsaid.toSorted()).toEqual([
      // AWS_ENDPOINT_URL_KMS may be set.
      'AWS_ENDPOINT_URL',
      'PMA_DIRECTORY_HOST',
      'PMA_MANAGEMENT_HOST',
      'PMA_METRICS_HOST',
      'PMA_PROXY_HOST',
      'PMA_VAULT_HOST',
    ])
  }, 60_000)

  it('has the same trust domain, namespace, mode and addresses in vault, management and proxy', async () => {
    const rendered = await render('plain')
    const of = (component: string): Readonly<Record<string, string>> =>
      environmentOf(podOf(rendered, component).spec.containers[0] ?? { env: [] })
    const [vault, management, proxy] = [of('vault'), of('management'), of('proxy')]
    for (const name of ['PMA_TRUST_DOMAIN', 'PMA_NAMESPACE', 'PMA_MODE'])
      expect([management[name], proxy[name]]).toEqual([vault[name], vault[name]])
    expect([vault.PMA_TRUST_DOMAIN, vault.PMA_NAMESPACE, vault.PMA_MODE]).toEqual([
      'keys.example.com',
      'keys',
      'production',
    ])
    const services = rendered.objects.filter(({ kind }) => kind === 'Service').map(({ metadata }) => metadata.name)
    for (const address of [management.PMA_VAULT_ADDRESS, proxy.PMA_VAULT_ADDRESS, proxy.PMA_DIRECTORY_ADDRESS])
      expect(services).toContain(address?.split('.')[0])
    expect(proxy.PMA_VAULT_ADDRESS).toBe(`pma-protectmyapi-vault.keys.svc:${vault.PMA_VAULT_PORT}`)
    expect(proxy.PMA_DIRECTORY_ADDRESS).toBe(`pma-protectmyapi-directory.keys.svc:${management.PMA_DIRECTORY_PORT}`)
  })

  it('has the migrator’s password in no service, and the runtime password not in the vault’s migration', async () => {
    const rendered = await render('plain')
    for (const component of ['vault', 'management', 'proxy'])
      expect(JSON.stringify(podOf(rendered, component).raw)).not.toContain('migrator')
    expect(JSON.stringify(podOf(rendered, 'vault-migrate').raw)).not.toContain('"runtime"')
  })
})
