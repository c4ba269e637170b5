import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Authority, createAuthority } from '@protectmyapi/dev-kit/certificates/certificate-authority'
import { Directory } from '@protectmyapi/protos/directory'
import type { DirectoryClient } from '@protectmyapi/protos/generated/directory/v1/Directory'
import { type Clock, systemClock } from '@protectmyapi/service-kit/clock'
import { createReloadingClient, type ReloadingClient } from '@protectmyapi/service-kit/grpc/grpc-client'
import { spiffeId } from '@protectmyapi/service-kit/grpc/spiffe'
import {
  type TlsFiles,
  type TlsMaterial,
  type WatchedMaterial,
  watchMaterial,
} from '@protectmyapi/service-kit/grpc/tls-material'
import { newId } from '@protectmyapi/service-kit/ids'
import { connectPostgres, type Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { createLogger, type Logger } from '@protectmyapi/service-kit/program/log'
import type { ProofVerifiers } from '../attestation/proof.js'
import { buildDirectory } from '../directory/build-directory.js'
import { buildFeed, type Feed } from '../feed/build-feed.js'
import { createHeldKeys, type HeldKeys } from '../keys/held-keys.js'
import { verifyAll } from '../verify/verify-all.js'
import { type MemoryVault, memoryVault } from './memory-vault.js'
import { migratedDatabase } from './migrated-database.js'

const TRUST_DOMAIN = 'protectmyapi.local'
const NAMESPACE = 'protectmyapi'
export const HARNESS_HORIZON_MS = 2_000

/** The Directory over real Postgres, gRPC and mutual TLS. */
export interface DirectoryHarness {
  readonly db: Knex
  readonly dataPlaneDb: Knex
  readonly feed: Feed
  readonly keys: HeldKeys
  readonly vault: MemoryVault
  readonly installation: string
  readonly port: number
  readonly domain: { readonly trustDomain: string; readonly namespace: string }
  /** Files with the certificate and key of a caller with this identity. */
  files(serviceAccount: string): Promise<TlsFiles>
  /** The certificate and key of a caller with this identity. */
  material(serviceAccount: string): Promise<TlsMaterial>
  /** A client with this identity. */
  client(serviceAccount: string): Promise<ReloadingClient<DirectoryClient>>
  close(): Promise<void>
}

/** Whoever proves nothing needs no verifiers. */
const NO_PROOFS: ProofVerifiers = {
  appleRoots: [],
  readPlayToken: () => Promise.reject(new Error('no token of Google’s is expected here')),
  verifyAppCheck: () => Promise.reject(new Error('no token of Firebase’s is expected here')),
}

export async function directoryHarness(
  clock: Clock = systemClock,
  log: Logger = createLogger('test', 'silent'),
  verifiers: ProofVerifiers = NO_PROOFS,
): Promise<DirectoryHarness> {
  const { db, target, close } = await migratedDatabase()
  const dataPlaneDb = connectPostgres(target, 'management-test-data-plane')
  const folder = await mkdtemp(join(tmpdir(), 'pma-directory-'))
  const authority = await createAuthority()
  const opened: WatchedMaterial[] = []
  const clients: ReloadingClient<DirectoryClient>[] = []
  const filesFor = async (serviceAccount: string): Promise<TlsFiles> =>
    // A folder for each: a second client of the same name must not change the files that the first one watches.
    writeIdentity(await mkdtemp(join(folder, `${serviceAccount}-`)), authority, serviceAccount)
  const materialFor = async (serviceAccount: string): Promise<WatchedMaterial> => {
    const material = await watchMaterial(await filesFor(serviceAccount), log)
    opened.push(material)
    return material
  }
  const installation = newId('installation')
  await db('installation').insert({ id: installation }).onConflict('only_row').merge()
  const vault = memoryVault()
  const feed = buildFeed({ db, dataPlaneDb, target, clock, log })
  const keys = createHeldKeys({ db: dataPlaneDb, vault, clock, log })
  await keys.tend()
  await feed.start()
  const directory = buildDirectory({
    db,
    dataPlaneDb,
    feed,
    keys,
    verifiers,
    verifyAll: () => verifyAll({ db, vault, clock }, 90),
    clock,
    log,
    material: await materialFor('management'),
    host: '127.0.0.1',
    port: 0,
    horizonMs: HARNESS_HORIZON_MS,
    trustDomain: TRUST_DOMAIN,
    namespace: NAMESPACE,
  })
  const port = await directory.start()

  return {
    db,
    dataPlaneDb,
    feed,
    keys,
    vault,
    installation,
    port,
    domain: { trustDomain: TRUST_DOMAIN, namespace: NAMESPACE },
    files: filesFor,
    material: async (serviceAccount) => (await materialFor(serviceAccount)).current(),
    async client(serviceAccount) {
      const where = { address: `127.0.0.1:${port}`, serverId: spiffeId(TRUST_DOMAIN, NAMESPACE, 'management') }
      const client = createReloadingClient(Directory, where, await materialFor(serviceAccount))
      clients.push(client)
      return client
    },
    async close() {
      for (const client of clients) client.close()
      await directory.stop(200)
      await feed.stop()
      for (const material of opened) material.stop()
      await rm(folder, { recursive: true, force: true })
      await dataPlaneDb.destroy()
      await close()
    },
  }
}

async function writeIdentity(folder: string, authority: Authority, serviceAccount: string): Promise<TlsFiles> {
  const { certPem, keyPem } = await authority.issue({
    spiffeId: spiffeId(TRUST_DOMAIN, NAMESPACE, serviceAccount),
    ipAddresses: ['127.0.0.1'],
  })
  const files = {
    certFile: join(folder, `${serviceAccount}.crt`),
    keyFile: join(folder, `${serviceAccount}.key`),
    caFile: join(folder, 'ca.crt'),
  }
  await writeFile(files.certFile, certPem)
  await writeFile(files.keyFile, keyPem)
  await writeFile(files.caFile, authority.certPem)
  return files
}
