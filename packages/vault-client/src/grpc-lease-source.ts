import { call, type WireLease, wasSilent } from './contract.js'
import type { LeaseSource } from './lease-source.js'
import type { Lease } from './leased-secret.js'
import type { Link } from './link.js'
import type { Time } from './time.js'
import { VaultClientError } from './vault-client-error.js'

const LIMITS = {
  /** For each call. */
  deadlineMs: 4_000,
} as const

export interface GrpcLeaseDeps {
  /** The connections with the current certificate. */
  readonly link: () => Link
  /** Reports that a link got no answer, so that another is opened. */
  readonly leave: (silent: Link) => void
  readonly time: Pick<Time, 'nowMs'>
}

/** Asks the directory for a grant and the vault for the value, both with the same certificate. */
export function grpcLeaseSource({ link, leave, time }: GrpcLeaseDeps): LeaseSource {
  async function leaseOver({ directory, vault }: Link, name: string): Promise<Lease> {
    // Counted from before each question, on one clock, so that it never ends later than the servers say.
    const askedMs = time.nowMs()
    const resolved = await call(directory, directory.resolveSecrets, { names: [name] }, LIMITS.deadlineMs)
    const [{ granted, fault } = {}] = resolved.results
    if (!granted) throw new VaultClientError(fault ?? 'SECRET_NOT_FOUND')
    const request = { grant: resolved.grant, versionIds: [granted.versionId] }
    const leasedMs = time.nowMs()
    const { results } = await call(vault, vault.leaseSecrets, request, LIMITS.deadlineMs)
    const [{ lease, fault: refused } = {}] = results
    if (!lease) throw new VaultClientError(refused ?? 'SECRET_NOT_FOUND')
    const { versionId, generation, value } = lease
    const wrong = wrongLease(lease, granted.versionId, name)
    if (wrong !== undefined) {
      value.fill(0)
      throw new VaultClientError(wrong)
    }
    return {
      versionId,
      generation,
      value,
      endsAtMs: Math.min(askedMs + resolved.lifeMs, leasedMs + lease.lifeMs),
    }
  }

  return {
    async lease(name) {
      // Two attempts: the version may have been replaced between the two calls, or the grant made out to a certificate
      // whose exchange only one of the two servers has seen.
      for (let isLast = false; ; isLast = true) {
        const used = link()
        try {
          return await leaseOver(used, name)
        } catch (thrown) {
          if (!(thrown instanceof VaultClientError)) throw thrown
          if (wasSilent(thrown)) leave(used)
          if (isLast || !mayPass(thrown)) throw thrown
        }
      }
    },
  }
}

/** The code of the refusal, if the lease is not of what was asked for. */
function wrongLease({ versionId, bindings }: WireLease, asked: string, name: string): string | undefined {
  if (versionId !== asked) return 'SECRET_NOT_FOUND'
  // Management says which secret has the name. The vault's seal says under which name the value was entered.
  const sealedName = bindings?.name ?? ''
  return sealedName === '' || sealedName === name ? undefined : 'OTHER_NAME'
}

function mayPass({ code }: VaultClientError): boolean {
  return code === 'UNAVAILABLE' || code === 'INVALID_GRANT' || code === 'SECRET_NOT_FOUND'
}
