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
  /** This service's own. Read again when they change. */
  readonly tls: TlsFiles
  /** SPIFFE trust domain of the installation; `protectmyapi.local` unless said. */
  readonly trustDomain?: string
  /** Namespace of management and vault; `protectmyapi` unless said. */
  readonly namespace?: string
  /** Hears that a secret has another version, within half a minute of its replacement. Must not throw. */
  readonly onRotation?: (rotation: Rotation) => void
  /** Hears of renewals in the background that failed. Those that can be repeated are. Must not throw. */
  readonly onRenewalFailed?: (name: string, error: VaultClientError) => void
}

export interface VaultClient {
  /**
   * The version that is in force, from memory while its lease lasts. What was asked for once is kept fresh.
   *
   * @throws VaultClientError, with a code: SECRET_NOT_FOUND, SECRET_EXPIRED, FORBIDDEN, UNAVAILABLE, CLOSED.
   */
  secret(name: string): Promise<LeasedSecret>
  /** Ends the lease here, and renews it no more. */
  forget(name: string): void
  /** Ends all leases here, and all connections. */
  close(): void
}

/** Calls under way on a former certificate's link may end. */
const OLD_LINK_MS = 10_000

/** @throws VaultClientError TLS_FILES where a file of `tls` cannot be read, or the key is not the certificate's. */
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

/** One link, by the certificate that the files hold now. */
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
