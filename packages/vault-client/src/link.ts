import { createSecureContext, type PeerCertificate } from 'node:tls'
import { ChannelCredentials, type ClientOptions } from '@grpc/grpc-js'
import { Directory, type DirectoryClient, Vault, type VaultClientStub } from './contract.js'
import type { TlsMaterial } from './tls-files.js'

export interface Endpoints {
  /** `host:port` of management's gRPC side. */
  readonly directory: string
  /** `host:port` of the vault. */
  readonly vault: string
  readonly trustDomain: string
  readonly namespace: string
}

/** Connections with one certificate: a grant is made out to the certificate that asked, and valid for no other. */
export interface Link {
  readonly directory: DirectoryClient
  readonly vault: VaultClientStub
  close(): void
}

const CHANNEL: ClientOptions = {
  'grpc.keepalive_time_ms': 20_000,
  'grpc.keepalive_timeout_ms': 5_000,
  'grpc.initial_reconnect_backoff_ms': 100,
  // Seconds at most: gRPC's default of two minutes would keep callers waiting after the vault is back.
  'grpc.max_reconnect_backoff_ms': 1_000,
}

/**
 * Opens connections over mutual TLS 1.3. A server is identified by the one URI SAN of its certificate; its host name is
 * not checked.
 */
export function openLink({ directory, vault, trustDomain, namespace }: Endpoints, material: TlsMaterial): Link {
  const idOf = (service: string) => `spiffe://${trustDomain}/ns/${namespace}/sa/${service}`
  // SNI takes a name and not an address (RFC 6066 § 3).
  const options = { ...CHANNEL, 'grpc.ssl_target_name_override': trustDomain }
  const directoryClient = new Directory(directory, credentials(material, idOf('management')), options)
  const vaultClient = new Vault(vault, credentials(material, idOf('vault')), options)
  return {
    directory: directoryClient,
    vault: vaultClient,
    close() {
      directoryClient.close()
      vaultClient.close()
    },
  }
}

function credentials({ cert, key, ca }: TlsMaterial, serverId: string): ChannelCredentials {
  const context = createSecureContext({ cert, key, ca, minVersion: 'TLSv1.3' })
  return ChannelCredentials.createFromSecureContext(context, {
    checkServerIdentity: (_host, certificate) =>
      isCalled(certificate, serverId) ? undefined : new Error(`the server is not ${serverId}`),
  })
}

/**
 * Whether the certificate has exactly one URI, and it is this one. Node quotes names that contain a comma
 * (CVE-2021-44532): such certificates are refused.
 */
function isCalled({ subjectaltname = '' }: PeerCertificate, serverId: string): boolean {
  if (subjectaltname.includes('"')) return false
  const uris = subjectaltname.split(', ').filter((name) => name.startsWith('URI:'))
  return uris.length === 1 && uris[0] === `URI:${serverId}`
}
