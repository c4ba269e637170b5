import { grpcLeaseSource } from './grpc-lease-source.js'
import { createHeldSecrets, type Rotation } from './held-secrets.js'
import type { LeasedSecret } from './leased-secret.js'
import { type Endpoints, type Link, openLink } from './link.js'
import { systemTime } from './time.js'
import { followFiles, readMaterial, type TlsFiles, type TlsMaterial } from './tls-files.js'
import type { VaultClientError } from './vault-client-error.js'

export type { Rotation } from './held-secrets.js'
export type { LeasedSecret } from './leased-secret.js'
export type { TlsFiles } from './tls-files.js'
export { VaultClientError } from './vault-client-error.js'

export interface VaultClientOptions {
  /** `host:port` of management's gRPC side. */
  readonly directory: string
  /** `host:port` of the vault. */
  readonly vault: string
  /** This service's own files. Read again when they change. */
  readonly tls: TlsFiles
  /** SPIFFE trust domain of the installation; `protectmyapi.local` by default. */
  readonly trustDomain?: string
  /** Namespace of management and vault; `protectmyapi` by default. */
  readonly namespace?: string
  /** Called when a secret has another version, within half a minute of its replacement. Must not throw. */
  readonly onRotation?: (rotation: Rotation) => void
  /** Called when a renewal in the background fails. Renewals that may succeed later are tried again. Must not throw. */
  readonly onRenewalFailed?: (name: string, error: VaultClientError) => void
}

export interface VaultClient {
  /**
   * The version that is in force, from memory while its lease lasts. A secret that was asked for once is kept fresh.
   *
   * @throws VaultClientError, with a code: SECRET_NOT_FOUND, SECRET_EXPIRED, FORBIDDEN, UNAVAILABLE, CLOSED.
   */
  secret(name: string): Promise<LeasedSecret>
  /** Ends the lease in this process and stops renewing it. */
  forget(name: string): void
  /** Ends all leases in this process, and all connections. */
  close(): void
}

/** How long calls under way on a former certificate's link may take to finish. */
const OLD_LINK_MS = 10_000

/**
 * @throws VaultClientError TLS_FILES if a file of `tls` cannot be read, or the key does not belong to the certificate.
 */
export async function createVaultClient(options: VaultClientOptions): Promise<VaultClient> {
  const { tls, trustDomain = 'protectmyapi.local', namespace = 'protectmyapi' } = options
  const endpoints = { directory: options.directory, vault: options.vault, trustDomain, namespace }
  const links = followedLinks(endpoints, tls, await readMaterial(tls))
  const held = createHeldSecrets({
    source: grpcLeaseSource({ link: links.current, leave: links.leave, time: systemTime }),
    time: systemTime,
    onRotation: (rotation) => options.onRotation?.(rotation),
    onRenewalFailed: (name, error) => options.onRenewalFailed?.(name, error),
  })
  return {
    secret: (name) => held.get(name),
    forget: (name) => held.forget(name),
    close() {
      held.close()
      links.close()
    },
  }
}

/** The current link, with the certificate that the files contain now. */
function followedLinks(endpoints: Endpoints, tls: TlsFiles, first: TlsMaterial) {
  let material = first
  let link = openLink(endpoints, first)
  const old = new Set<Link>()
  const endFollowing = followFiles(tls, first, systemTime, (next) => {
    material = next
    replace()
  })

  function replace(): void {
    const former = link
    link = openLink(endpoints, material)
    old.add(former)
    systemTime.after(OLD_LINK_MS, () => {
      former.close()
      old.delete(former)
    })
  }

  return {
    current: () => link,
    leave(silent: Link): void {
      if (silent === link) replace()
    },
    close(): void {
      endFollowing()
      link.close()
      for (const former of old) former.close()
    },
  }
}
