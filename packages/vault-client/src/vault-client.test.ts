import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from '@jest/globals'
import { type Authority, createAuthority } from '@protectmyapi/dev-kit/certificates/certificate-authority'
import { closeAfterEach } from '@protectmyapi/dev-kit/close-after-each'
import { until } from '@protectmyapi/dev-kit/until'
import { Directory } from '@protectmyapi/protos/directory'
import { Vault } from '@protectmyapi/protos/vault'
import { Fault } from '@protectmyapi/service-kit/faults'
import {
  closeGrpcServer,
  createGrpcServer,
  listenGrpc,
  MutualTlsServerCredentials,
  unary,
} from '@protectmyapi/service-kit/grpc/grpc-server'
import { type TlsFiles, watchMaterial } from '@protectmyapi/service-kit/grpc/tls-material'
import { createLogger } from '@protectmyapi/service-kit/program/log'
import { createVaultClient, VaultClientError, type VaultClientOptions } from './vault-client.js'

// Tests over the wire, with the modules of which management and the vault are built; the system's tests use the two
// themselves.

const log = createLogger('test', 'silent')
const idOf = (name: string) => `spiffe://protectmyapi.local/ns/protectmyapi/sa/${name}`

let folder: string
let authority: Authority
const atEnd = closeAfterEach()

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pma-vault-client-'))
  atEnd(() => rm(folder, { recursive: true, force: true }))
  authority = await createAuthority()
})

/** New files with each call, because several servers of one name run at once. */
async function filesOf(name: string, by = authority): Promise<TlsFiles> {
  const own = await mkdtemp(join(folder, `${name}-`))
  const files = { certFile: join(own, 'cert.pem'), keyFile: join(own, 'key.pem'), caFile: join(own, 'ca.pem') }
  await writeFile(files.caFile, authority.certPem)
  await exchange(files, name, by)
  return files
}

async function exchange(files: TlsFiles, name: string, by = authority): Promise<void> {
  const { certPem, keyPem } = await by.issue({ spiffeId: idOf(name) })
  await writeFile(files.keyFile, keyPem)
  await writeFile(files.certFile, certPem)
}

/**
 * A directory whose grants name the certificate that asked, and a vault that accepts them only from that certificate.
 */
async function serve(name: 'management' | 'vault', port = 0, identity = name as string) {
  const material = await watchMaterial(await filesOf(identity), log)
  const server = createGrpcServer()
  const gate = { authorize: () => undefined, log }
  const refused = () => Promise.reject(new Fault('FORBIDDEN', 'not in this test'))
  if (name === 'management') {
    const none = Object.fromEntries(Object.keys(Directory.service).map((method) => [method, unary(gate, refused)]))
    server.addService(Directory.service, {
      ...none,
      ResolveSecrets: unary(gate, async ({ names }: { names: string[] }, { peer }) => ({
        organizationId: 'org_a',
        results: names.map((secret) =>
          versions.has(secret)
            ? { name: secret, granted: { ...grantedOf(secret), name: secret } }
            : { name: secret, fault: 'SECRET_NOT_FOUND' },
        ),
        grant: peer.thumbprint,
        lifeMs: 60_000,
      })),
    })
  } else {
    const none = Object.fromEntries(Object.keys(Vault.service).map((method) => [method, unary(gate, refused)]))
    server.addService(Vault.service, {
      ...none,
      LeaseSecrets: unary(gate, async ({ grant, versionIds }: { grant: string; versionIds: string[] }, { peer }) => {
        if (grant !== peer.thumbprint) throw new Fault('INVALID_GRANT', 'another certificate')
        seen.push(peer.thumbprint)
        const [versionId = ''] = versionIds
        const lease = { secretId: 'sec_a', versionId, generation: 1, value: Buffer.from('sk-wire') }
        const bindings = { services: [idOf('worker')], name: sealedNames.get(versionId) ?? '' }
        return { results: [{ versionId, lease: { ...lease, bindings, lifeMs: 60_000 } }] }
      }),
    })
  }
  const taken = await listenGrpc(server, `127.0.0.1:${port}`, new MutualTlsServerCredentials(material))
  const stop = async () => {
    material.stop()
    await closeGrpcServer(server, 0)
  }
  atEnd(stop)
  return { port: taken, stop }
}

/** Which version management says has the name. */
const versions = new Map([
  ['A_KEY', 'ver_a'],
  ['OLD_KEY', 'ver_old'],
  ['EXCHANGED', 'ver_a'],
])
const grantedOf = (name: string) => ({ secretId: 'sec_a', versionId: versions.get(name) ?? '', generation: 1 })
/** Under which name each version was sealed, as the vault says. None was sealed with the old one. */
const sealedNames = new Map([['ver_a', 'A_KEY']])

/** Thumbprints of the certificates that leased. */
const seen: string[] = []

async function open(ports: { directory: number; vault: number }, options: Partial<VaultClientOptions> = {}) {
  const client = await createVaultClient({
    directory: `127.0.0.1:${ports.directory}`,
    vault: `127.0.0.1:${ports.vault}`,
    tls: await filesOf('worker'),
    ...options,
  })
  atEnd(() => client.close())
  return client
}

describe('a client over mutual TLS', () => {
  it('leases a secret by name, and explains what to check when no secret has that name', async () => {
    const ports = { directory: (await serve('management')).port, vault: (await serve('vault')).port }
    const made = await open(ports)
    expect((await made.secret('A_KEY')).reveal()).toBe('sk-wire')
    const refusal = await made.secret('a_key').catch((thrown: Error) => thrown)
    expect(refusal).toMatchObject({ code: 'SECRET_NOT_FOUND', retryable: false })
    expect(String(refusal)).toMatch(/case-sensitive.*bindings\.services/)
  })

  it('refuses with OTHER_NAME a value sealed under another name than it asked for, even if management granted it', async () => {
    const ports = { directory: (await serve('management')).port, vault: (await serve('vault')).port }
    const made = await open(ports)
    const refusal = await made.secret('EXCHANGED').catch((thrown: Error) => thrown)
    expect(refusal).toMatchObject({ code: 'OTHER_NAME', retryable: false })
    // A value that was entered before names were sealed has none.
    expect((await made.secret('OLD_KEY')).reveal()).toBe('sk-wire')
  })

  it('waits for a restarting vault and then leases from it', async () => {
    const directory = await serve('management')
    const vault = await serve('vault')
    const made = await open({ directory: directory.port, vault: vault.port })
    await made.secret('A_KEY')
    await vault.stop()
    made.forget('A_KEY')
    const asked = made.secret('A_KEY')
    await serve('vault', vault.port)
    expect((await asked).reveal()).toBe('sk-wire')
  })

  it('starts to use a new certificate when its files change, without any lease being refused', async () => {
    const ports = { directory: (await serve('management')).port, vault: (await serve('vault')).port }
    const tls = await filesOf('worker')
    const made = await open(ports, { tls })
    await made.secret('A_KEY')
    const first = seen.at(-1)
    await exchange(tls, 'worker')
    await until(async () => {
      made.forget('A_KEY')
      await made.secret('A_KEY')
      return seen.at(-1) === first ? undefined : true
    }, 10_000)
    expect((await made.secret('A_KEY')).reveal()).toBe('sk-wire')
  })

  it('keeps leasing while its certificate is already replaced but its key is not', async () => {
    const ports = { directory: (await serve('management')).port, vault: (await serve('vault')).port }
    const tls = await filesOf('worker')
    const key = await readFile(tls.keyFile)
    const made = await open(ports, { tls })
    await exchange(tls, 'worker')
    await writeFile(tls.keyFile, key)
    const refused = await createVaultClient({ directory: 'x:1', vault: 'x:1', tls }).catch((thrown: unknown) => thrown)
    expect(refused).toBeInstanceOf(VaultClientError)
    expect(refused).toMatchObject({ code: 'TLS_FILES', retryable: false })
    expect((await made.secret('A_KEY')).reveal()).toBe('sk-wire')
  })

  it('leases nothing, with UNAVAILABLE, when management or the vault shows the identity of another service', async () => {
    const asked = async (shown: { management: string; vault: string }): Promise<unknown> => {
      const directory = await serve('management', 0, shown.management)
      const vault = await serve('vault', 0, shown.vault)
      const made = await open({ directory: directory.port, vault: vault.port })
      return made.secret('A_KEY').catch((thrown: unknown) => thrown)
    }
    const before = seen.length
    const answers = await Promise.all([
      asked({ management: 'proxy', vault: 'vault' }),
      asked({ management: 'management', vault: 'proxy' }),
    ])
    const unavailable = { code: 'UNAVAILABLE', retryable: true }
    expect(answers).toMatchObject([unavailable, unavailable])
    expect(seen).toHaveLength(before)
  }, 20_000)

  it.each(['certFile', 'keyFile', 'caFile'] as const)(
    'refuses to start with TLS_FILES when its %s does not exist',
    async (missing) => {
      const tls = { ...(await filesOf('worker')), [missing]: 'is-not-there.pem' }
      const refused = await createVaultClient({ directory: 'x:1', vault: 'x:1', tls }).catch(
        (thrown: unknown) => thrown,
      )
      expect(refused).toBeInstanceOf(VaultClientError)
      expect(refused).toMatchObject({ code: 'TLS_FILES', cause: { code: 'ENOENT', path: 'is-not-there.pem' } })
    },
  )
})
