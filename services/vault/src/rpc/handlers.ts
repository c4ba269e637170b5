import type { VaultHandlers } from '@protectmyapi/protos/generated/vault/v1/Vault'
import { type Gate, type UnaryContext, unary } from '@protectmyapi/service-kit/grpc/grpc-server'
import { outageAsFault } from '@protectmyapi/service-kit/postgres/outage-as-fault'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { describeHead } from '../heads/describe-head.js'
import type { HeadKeys } from '../heads/head-keys.js'
import { listChains } from '../heads/list-chains.js'
import { signHead } from '../heads/sign-head.js'
import type { DataKeys } from '../keys/data-keys.js'
import { leaseOperational } from '../leases/lease-operational.js'
import { type GrantedLeaseDeps, leaseSecrets } from '../leases/lease-secrets.js'
import { reencryptSecrets } from '../rotation/reencrypt-secrets.js'
import { orderRewrap, type RewrapDeps, rewrapDataKeys } from '../rotation/rewrap-data-keys.js'
import { rotateDataKey } from '../rotation/rotate-data-key.js'
import type { VaultMeasures } from '../telemetry/vault-measures.js'
import { describeVersions } from '../versions/describe-versions.js'
import { destroyVersions } from '../versions/destroy-versions.js'
import { putSecret } from '../versions/put-secret.js'
import { settleVersion } from '../versions/settle-version.js'
import { shredOrganization } from '../versions/shred-organization.js'
import { ACCESS } from './access.js'
import { describeHeadRpc } from './describe-head.js'
import { describeVersionsRpc } from './describe-versions.js'
import { destroyVersionsRpc } from './destroy-versions.js'
import { leaseOperationalRpc } from './lease-operational.js'
import { leaseSecretsRpc } from './lease-secrets.js'
import { listChainsRpc } from './list-chains.js'
import { putSecretRpc } from './put-secret.js'
import { reencryptSecretsRpc } from './reencrypt-secrets.js'
import { rewrapDataKeysRpc } from './rewrap-data-keys.js'
import { rotateDataKeyRpc } from './rotate-data-key.js'
import { settleVersionRpc } from './settle-version.js'
import { shredOrganizationRpc } from './shred-organization.js'
import { signHeadRpc } from './sign-head.js'

export interface VaultDeps extends GrantedLeaseDeps {
  readonly vaultKeysDb: Knex
  readonly keys: DataKeys
  readonly kms: RewrapDeps['keys']
  readonly headKeys: HeadKeys
  readonly installationId: string
  readonly backupDays: number
  readonly measures?: VaultMeasures
}

/** Handlers of every method of the contract; `gate` runs before each of them. */
export function vaultHandlers(deps: VaultDeps, gate: Gate): VaultHandlers {
  const rpc = <Request, Response>(handle: (request: Request, context: UnaryContext) => Promise<Response>) =>
    unary<Request, Response>(gate, (request, context) => handle(request, context).catch(refuseOutage))
  const rewrapDeps = { ...deps, keys: deps.kms }
  return {
    PutSecret: rpc(putSecretRpc(putSecret(deps))),
    SettleVersion: rpc(settleVersionRpc(settleVersion(deps))),
    DescribeVersions: rpc(describeVersionsRpc(describeVersions(deps))),
    DestroyVersions: rpc(destroyVersionsRpc(destroyVersions(deps))),
    LeaseSecrets: rpc(leaseSecretsRpc(leaseSecrets(deps))),
    LeaseOperational: rpc(
      leaseOperationalRpc(leaseOperational({ ...deps, purposes: ACCESS.LeaseOperational.purposes })),
    ),
    ShredOrganization: rpc(shredOrganizationRpc(shredOrganization(deps))),
    RotateDataKey: rpc(rotateDataKeyRpc(rotateDataKey(deps))),
    RewrapDataKeys: rpc(rewrapDataKeysRpc(orderRewrap(rewrapDeps), rewrapDataKeys(rewrapDeps))),
    ReencryptSecrets: rpc(reencryptSecretsRpc(reencryptSecrets(deps))),
    SignHead: rpc(signHeadRpc(signHead(deps))),
    DescribeHead: rpc(describeHeadRpc(describeHead(deps))),
    ListChains: rpc(listChainsRpc(listChains(deps))),
  }
}

function refuseOutage(thrown: unknown): never {
  throw outageAsFault(thrown)
}
