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

/** Connections by one certificate: a grant is made out to the certificate that asked, and good for no other. */
export interface Link {
  readonly directory: DirectoryClient
  readonly vault: VaultClientStub
  close(): void
}

const CHANNEL: ClientOptions = {
  'grpc.keepalive_time_ms': 20_000,
  'grpc.keepalive_timeout_ms': 5_000,
  'grpc.initial_reconnect_backoff_ms': 100,
  // Seconds at most: who waits for a vault that came back must not wait for gRPC's default of two minutes.
  'grpc.max_reconnect_backoff_ms': 1_000,
}

/** Mutual TLS 1.3. Who answers is judged by the one URI SAN of its certificate; its host name says nothing. */
export function openLink({ directory, vault, trustDomain, namespace }: Endpoints, material: TlsMaterial): Link {
  const idOf = (service: string) => `spiffe://${trustDomain}/ns/${namespace}/sa/${service}`
  // TLS wants a name and not an address for SNI (RFC 6066 § 3).
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

/** Exactly one URI, and it is this one. Node quotes names that hold a comma (CVE-2021-44532): those are refused whole. */
function isCalled({ subjectaltname = '' }: PeerCertificate, serverId: string): boolean {
  if (subjectaltname.includes('"')) return false
  const uris = subjectaltname.split(', ').filter((name) => name.startsWith('URI:'))
  return uris.length === 1 && uris[0] === `URI:${serverId}`
}
