import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Authority, createAuthority, type Issued } from '@protectmyapi/dev-kit/certificates/certificate-authority'
import { spiffeId } from '@protectmyapi/service-kit/grpc/spiffe'
import type { TlsFiles, TlsMaterial, WatchedMaterial } from '@protectmyapi/service-kit/grpc/tls-material'

export const TRUST_DOMAIN = 'protectmyapi.local'
export const NAMESPACE = 'protectmyapi'
export const idOf = (name: string): string => spiffeId(TRUST_DOMAIN, NAMESPACE, name)

/** Certificates of one CA, as files and in memory. */
export interface Identities {
  readonly authority: Authority
  issue(name: string, dates?: { notBefore?: Date; notAfter?: Date }): Promise<Issued>
  /** Written to a folder of the test's own. */
  files(name: string): Promise<TlsFiles>
  write(files: TlsFiles, issued: Partial<Issued>): Promise<void>
  remove(): Promise<void>
}

export async function createIdentities(): Promise<Identities> {
  const authority = await createAuthority()
  const folder = await mkdtemp(join(tmpdir(), 'pma-vault-tls-'))
  const identities: Identities = {
    authority,
    issue: (name, dates = {}) => authority.issue({ spiffeId: idOf(name), ...dates }),
    async files(name) {
      const path = (what: string) => join(folder, `${name}-${what}.pem`)
      const files = { certFile: path('cert'), keyFile: path('key'), caFile: path('ca') }
      await writeFile(files.caFile, authority.certPem)
      await identities.write(files, await identities.issue(name))
      return files
    },
    async write(files, { certPem, keyPem }) {
      if (certPem !== undefined) await writeFile(files.certFile, certPem)
      if (keyPem !== undefined) await writeFile(files.keyFile, keyPem)
    },
    remove: () => rm(folder, { recursive: true }),
  }
  return identities
}

/** TLS material that does not change. */
export function fixedMaterial(issued: Issued, caPem: string): WatchedMaterial {
  const material: TlsMaterial = {
    cert: Buffer.from(issued.certPem),
    key: Buffer.from(issued.keyPem),
    ca: Buffer.from(caPem),
  }
  return { current: () => material, onChange: () => () => undefined, stop: () => undefined }
}
