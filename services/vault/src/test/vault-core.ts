import { type ManualClock, manualClock } from '@protectmyapi/dev-kit/manual-clock'
import { memoryLog } from '@protectmyapi/dev-kit/memory-log'
import { SecretBytes } from '@protectmyapi/service-kit/crypto/secret-text'
import type { Bindings } from '@protectmyapi/service-kit/destinations/bindings'
import { newId } from '@protectmyapi/service-kit/ids'
import { headKeys } from '../heads/head-keys.js'
import { rotateHeadKey } from '../heads/rotate-head-key.js'
import { countedKeyService } from '../keys/counted-key-service.js'
import { dataKeys } from '../keys/data-keys.js'
import { forgetShredded } from '../keys/forget-shredded.js'
import { leaseKeyDeriver } from '../leases/lease-key.js'
import { leaseOperational } from '../leases/lease-operational.js'
import { type GrantedLeaseDeps, leaseSecrets } from '../leases/lease-secrets.js'
import type { LeaseRequest } from '../leases/lease-transaction.js'
import { eraseOldKeys } from '../rotation/erase-old-keys.js'
import { reencryptSecrets } from '../rotation/reencrypt-secrets.js'
import { orderRewrap, rewrapDataKeys } from '../rotation/rewrap-data-keys.js'
import { rotateDataKey } from '../rotation/rotate-data-key.js'
import { tendDataKeys } from '../rotation/tend-data-keys.js'
import { describeVersions } from '../versions/describe-versions.js'
import { destroyVersions } from '../versions/destroy-versions.js'
import { versionOpener } from '../versions/open-version.js'
import { type Put, putSecret } from '../versions/put-secret.js'
import { settleVersion } from '../versions/settle-version.js'
import { shredOrganization } from '../versions/shred-organization.js'
import { PROXY } from './grant-signer.js'
import { type MemoryKeys, memoryKeys } from './memory-keys.js'
import type { VaultDatabases } from './vault-databases.js'

/**
 * The vault without its wire: one replica with nothing in memory, over databases and a key service that replicas share.
 */
export function vaultCore(
  databases: VaultDatabases,
  service: MemoryKeys = memoryKeys(),
  clock: ManualClock = manualClock(),
) {
  const logged = memoryLog()
  const { log } = logged
  const { installationId, vaultDb, vaultKeysDb } = databases
  const kms = countedKeyService(service, { log, clock })
  const keys = dataKeys({ ...databases, keys: kms.keys, clock, log })
  const openVersion = versionOpener({ keys, installationId })
  const deriveLeaseKey = leaseKeyDeriver({ keys, installationId })
  const deps: GrantedLeaseDeps = { vaultDb, openVersion, deriveLeaseKey, clock, log, proxyId: PROXY.spiffeId }
  const leaseAll = leaseSecrets(deps)
  const heads = headKeys({ vaultDb, keys, installationId })
  const rotation = { ...deps, keys, installationId, headKeys: heads }
  const tending = (keyDaysMax = 90) => tendDataKeys({ ...rotation, vaultKeysDb, kms: kms.keys, keyDaysMax })
  const wrapping = { vaultKeysDb, keys: kms.keys, installationId, clock, log }
  return {
    clock,
    logged,
    service,
    kms,
    keys,
    openVersion,
    put: putSecret({ vaultDb, keys, openVersion, installationId }),
    settle: settleVersion({ vaultDb }),
    describe: describeVersions({ vaultDb }),
    destroy: destroyVersions({ vaultDb }),
    shred: shredOrganization({ vaultDb, keys, backupDays: 7, log }),
    forgetShredded: forgetShredded({ vaultDb, keys }),
    headKeys: heads,
    rotateHeadKey: rotateHeadKey({ vaultDb, keys, installationId, headKeys: heads, clock, log }),
    rotate: rotateDataKey({ vaultDb, keys, log }),
    reencrypt: reencryptSecrets(rotation),
    erase: () => eraseOldKeys({ vaultDb, vaultKeysDb })(20),
    orderRewrap: orderRewrap(wrapping),
    rewrap: rewrapDataKeys(wrapping),
    /** The rounds of one vault, which remember what rests; `tend` always runs a first one. */
    tending,
    tend: (keyDaysMax?: number) => tending(keyDaysMax)(),
    /** Leases, with the lease key in the answer. */
    leaseAll,
    lease: async (request: LeaseRequest) => (await leaseAll(request)).outcomes,
    leaseOperational: leaseOperational({ ...deps, purposes: ['operational', 'grant-signing'] }),
  }
}

export type VaultCore = ReturnType<typeof vaultCore>

export const ORIGIN = 'https://api.example.com'
export const BINDINGS: Bindings = {
  origins: [ORIGIN],
  placements: [{ kind: 'header', name: 'authorization' }],
  services: [],
}
export const NO_BINDINGS: Bindings = { origins: [], placements: [], services: [] }

/** A put of a new secret, changed as a test asks. */
export function aPut({
  value = 'sk-value',
  ...given
}: Partial<Omit<Put, 'value'>> & { value?: string | Buffer } = {}): Put {
  return {
    organizationId: newId('organization'),
    secretId: newId('secret'),
    versionId: newId('version'),
    generation: 1,
    purpose: 'injection',
    bindings: BINDINGS,
    ...given,
    value: new SecretBytes(Buffer.from(value)),
  }
}

/** The next version of the same secret. */
export function nextPut(before: Put, value = 'sk-next'): Put {
  return {
    ...before,
    versionId: newId('version'),
    generation: before.generation + 1,
    value: new SecretBytes(Buffer.from(value)),
  }
}
