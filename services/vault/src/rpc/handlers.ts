import type { VaultHandlers } from '@protectmyapi/protos/generated/vault/v1/Vault'
import { Fault } from '@protectmyapi/service-kit/faults'
import { type Authorize, type UnaryContext, unary } from '@protectmyapi/service-kit/grpc-server'
import type { Logger } from '@protectmyapi/service-kit/log'
import { isPostgresAway } from '@protectmyapi/service-kit/postgres'
import { describeHead } from '../heads/describe-head.js'
import { headKeys } from '../heads/head-keys.js'
import { signHead } from '../heads/sign-head.js'
import type { DataKeys } from '../keys/data-keys.js'
import { leaseOperational } from '../leases/lease-operational.js'
import { type GrantedLeaseDeps, leaseSecrets } from '../leases/lease-secrets.js'
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
import { notBuilt } from './not-built.js'
import { putSecretRpc } from './put-secret.js'
import { settleVersionRpc } from './settle-version.js'
import { shredOrganizationRpc } from './shred-organization.js'
import { signHeadRpc } from './sign-head.js'

export interface VaultDeps extends GrantedLeaseDeps {
  readonly keys: DataKeys
  readonly installationId: string
}

/** Every method of the contract; `gate` is what stands before each of them. */
export function vaultHandlers(
  deps: VaultDeps,
  gate: { readonly authorize: Authorize; readonly log: Logger },
): VaultHandlers {
  const rpc = <Request, Response>(handle: (request: Request, context: UnaryContext) => Promise<Response>) =>
    unary<Request, Response>(gate, (request, context) => handle(request, context).catch(refuseOutage))
  const keysOfHeads = headKeys(deps)
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
    RotateDataKey: rpc(notBuilt),
    RewrapDataKeys: rpc(notBuilt),
    ReencryptSecrets: rpc(notBuilt),
    SignHead: rpc(signHeadRpc(signHead({ ...deps, headKeys: keysOfHeads }))),
    DescribeHead: rpc(describeHeadRpc(describeHead({ ...deps, headKeys: keysOfHeads }))),
  }
}

/** The one place where Postgres away becomes a refusal: never mistaken for bad input, nor for a fault of ours. */
function refuseOutage(thrown: unknown): never {
  if (isPostgresAway(thrown)) throw new Fault('UNAVAILABLE', 'Postgres is away', { cause: thrown })
  throw thrown
}
