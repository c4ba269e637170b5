import { X509Certificate } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import {
  type Authority,
  createAuthority,
  loadAuthority,
} from '@protectmyapi/dev-kit/certificates/certificate-authority'
import { spiffeId } from '@protectmyapi/service-kit/grpc/spiffe'
import { readIfThere, writePrivate } from './local-files.js'

export const TRUST_DOMAIN = 'protectmyapi.local'
export const NAMESPACE = 'protectmyapi'

/** Name and service account of the demo's internal service. */
export const INTERNAL_DEMO = 'internal-demo'

/** The files of one identity. */
export interface Identity {
  readonly cert: string
  readonly key: string
}

export interface Identities {
  /** Files with the CA's certificate, and with its key. */
  readonly ca: string
  readonly caKey: string
  readonly vault: Identity
  readonly management: Identity
  /** One certificate for each proxy, all of the same identity. */
  readonly proxies: readonly Identity[]
  /** An internal service without any rights. */
  readonly service: Identity
  /** An internal service that the demo registers and binds a secret to. */
  readonly internalDemo: Identity
}

/** A start renews a certificate when less than this is left. */
const RENEW_BEFORE_MS = 30 * 86_400_000

/** Makes the CA and the services' certificates on first use, and keeps them afterwards. */
export async function ensureIdentities(folder: string, proxies: number): Promise<Identities> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const ca = path.join(folder, 'ca.pem')
  const caKey = path.join(folder, 'ca.key')
  const authority = await ensureAuthority(ca, caKey)
  const identity = (name: string, account: string): Promise<Identity> =>
    ensureIdentity(authority, folder, name, account)
  return {
    ca,
    caKey,
    vault: await identity('vault', 'vault'),
    management: await identity('management', 'management'),
    proxies: await Promise.all(Array.from({ length: proxies }, (_, index) => identity(proxyName(index), 'proxy'))),
    service: await identity('service', 'service'),
    internalDemo: await identity(INTERNAL_DEMO, INTERNAL_DEMO),
  }
}

/** `proxy-1`, `proxy-2`, … */
export function proxyName(index: number): string {
  return `proxy-${index + 1}`
}

async function ensureAuthority(certFile: string, keyFile: string): Promise<Authority> {
  const [certPem, keyPem] = await Promise.all([readIfThere(certFile), readIfThere(keyFile)])
  if (certPem !== undefined && keyPem !== undefined) return loadAuthority(certPem, keyPem)
  const made = await createAuthority()
  await writePrivate(keyFile, made.keyPem)
  await writeFile(certFile, made.certPem)
  return made
}

async function ensureIdentity(authority: Authority, folder: string, name: string, account: string): Promise<Identity> {
  const files = { cert: path.join(folder, `${name}.pem`), key: path.join(folder, `${name}.key`) }
  const known = await readIfThere(files.cert)
  if (known !== undefined && isGood(known, authority)) return files
  const issued = await authority.issue({
    commonName: name,
    spiffeId: spiffeId(TRUST_DOMAIN, NAMESPACE, account),
    dnsNames: ['localhost', account],
    ipAddresses: ['127.0.0.1', '::1'],
  })
  await writePrivate(files.key, issued.keyPem)
  await writeFile(files.cert, issued.certPem)
  return files
}

function isGood(certPem: string, authority: Authority): boolean {
  const certificate = new X509Certificate(certPem)
  const leftMs = Date.parse(certificate.validTo) - Date.now()
  return leftMs > RENEW_BEFORE_MS && certificate.verify(new X509Certificate(authority.certPem).publicKey)
}
