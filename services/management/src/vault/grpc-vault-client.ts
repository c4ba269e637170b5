import { bindingsToWire } from '@protectmyapi/protos/bindings-wire'
import type { DescribeHeadRequest } from '@protectmyapi/protos/generated/vault/v1/DescribeHeadRequest'
import type { DescribeHeadResponse__Output } from '@protectmyapi/protos/generated/vault/v1/DescribeHeadResponse'
import type { DestroyVersionsRequest } from '@protectmyapi/protos/generated/vault/v1/DestroyVersionsRequest'
import type { LeaseOperationalRequest } from '@protectmyapi/protos/generated/vault/v1/LeaseOperationalRequest'
import type { LeaseOperationalResponse__Output } from '@protectmyapi/protos/generated/vault/v1/LeaseOperationalResponse'
import type { ListChainsRequest } from '@protectmyapi/protos/generated/vault/v1/ListChainsRequest'
import type { ListChainsResponse__Output } from '@protectmyapi/protos/generated/vault/v1/ListChainsResponse'
import type { PutSecretRequest } from '@protectmyapi/protos/generated/vault/v1/PutSecretRequest'
import type { SettleVersionRequest } from '@protectmyapi/protos/generated/vault/v1/SettleVersionRequest'
import type { SettleVersionResponse__Output } from '@protectmyapi/protos/generated/vault/v1/SettleVersionResponse'
import type { ShredOrganizationRequest } from '@protectmyapi/protos/generated/vault/v1/ShredOrganizationRequest'
import type { SignHeadRequest } from '@protectmyapi/protos/generated/vault/v1/SignHeadRequest'
import type { SignHeadResponse__Output } from '@protectmyapi/protos/generated/vault/v1/SignHeadResponse'
import type { VaultClient as GrpcClient } from '@protectmyapi/protos/generated/vault/v1/Vault'
import { Vault } from '@protectmyapi/protos/vault'
import { SecretBytes } from '@protectmyapi/service-kit/crypto/secret-text'
import { Fault } from '@protectmyapi/service-kit/faults'
import { callUnary, createReloadingClient, type ReloadingClient } from '@protectmyapi/service-kit/grpc/grpc-client'
import type { WatchedMaterial } from '@protectmyapi/service-kit/grpc/tls-material'
import { NO_RPC_WATCH, type RpcWatch } from '@protectmyapi/service-kit/telemetry/rpc-metrics'
import type { VaultClient } from './vault-client.js'

const DEADLINES = {
  /** Below the 5 s after which the reconciler considers an intent abandoned. */
  putMs: 4_000,
  /** Called inside a transaction that locks a row. */
  settleMs: 2_000,
  otherMs: 4_000,
  /** The vault destroys and counts keys; nobody's request waits for it. */
  shredMs: 10_000,
} as const

export interface GrpcVault {
  readonly vault: VaultClient
  close(): void
}

export interface GrpcVaultDeps {
  /** `host:port`. */
  readonly address: string
  /** URI SAN that the vault must show. */
  readonly serverId: string
  readonly material: WatchedMaterial
  readonly calls?: RpcWatch
}

/** The real vault, over mutual TLS. */
export function createGrpcVault({ address, serverId, material, calls = NO_RPC_WATCH }: GrpcVaultDeps): GrpcVault {
  const client = createReloadingClient(Vault, { address, serverId }, material, { calls })
  return { vault: overGrpc(client), close: () => client.close() }
}

function overGrpc(client: ReloadingClient<GrpcClient>): VaultClient {
  return {
    async putSecret({
      organizationId,
      secretId,
      versionId,
      generation,
      purpose,
      value,
      bindings,
      sameBindings = false,
    }) {
      await callUnary<PutSecretRequest, unknown>(
        (request, options, answer) => client.current().putSecret(request, options, answer),
        {
          organizationId,
          secretId,
          versionId,
          generation,
          purpose: `PURPOSE_${purpose}`,
          value: value.reveal(),
          bindings: bindingsToWire(bindings),
          sameBindings,
        },
        DEADLINES.putMs,
      )
    },
    async settleVersion(version) {
      const { settlement } = await callUnary<SettleVersionRequest, SettleVersionResponse__Output>(
        (request, options, answer) => client.current().settleVersion(request, options, answer),
        version,
        DEADLINES.settleMs,
      )
      if (settlement === 'SETTLEMENT_STORED') return 'STORED'
      if (settlement === 'SETTLEMENT_CLOSED') return 'CLOSED'
      throw new Fault('UNAVAILABLE', `the vault settled a version as ${settlement}`)
    },
    async destroyVersions(organizationId, secretId, versionIds) {
      await callUnary<DestroyVersionsRequest, unknown>(
        (request, options, answer) => client.current().destroyVersions(request, options, answer),
        { organizationId, secretId, versionIds: [...versionIds] },
        DEADLINES.otherMs,
      )
    },
    async leaseOperational(version) {
      const { lease } = await callUnary<LeaseOperationalRequest, LeaseOperationalResponse__Output>(
        (request, options, answer) => client.current().leaseOperational(request, options, answer),
        version,
        DEADLINES.otherMs,
      )
      if (!lease) throw new Fault('UNAVAILABLE', 'the vault answered without a lease')
      return { value: new SecretBytes(lease.value), lifeMs: lease.lifeMs }
    },
    async shredOrganization(organizationId) {
      await callUnary<ShredOrganizationRequest, unknown>(
        (request, options, answer) => client.current().shredOrganization(request, options, answer),
        { organizationId },
        DEADLINES.shredMs,
      )
    },
    async signHead({ chain, count, head, links, seen }) {
      const signed = await callUnary<SignHeadRequest, SignHeadResponse__Output>(
        (request, options, answer) => client.current().signHead(request, options, answer),
        { chain, count, head, links: [...links], seen },
        DEADLINES.otherMs,
      )
      return { ...signed, count, head }
    },
    async describeHead(chain) {
      const { installationId, keys, last } = await callUnary<DescribeHeadRequest, DescribeHeadResponse__Output>(
        (request, options, answer) => client.current().describeHead(request, options, answer),
        { chain },
        DEADLINES.otherMs,
      )
      return { installationId, keys, last: last ?? undefined }
    },
    async listChains(after) {
      const { chains } = await callUnary<ListChainsRequest, ListChainsResponse__Output>(
        (request, options, answer) => client.current().listChains(request, options, answer),
        { after },
        DEADLINES.otherMs,
      )
      return chains
    },
  }
}
