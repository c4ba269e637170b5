import type { Clock } from '@protectmyapi/service-kit/clock'
import type { SecretBytes } from '@protectmyapi/service-kit/crypto/secret-text'
import { every } from '@protectmyapi/service-kit/every'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { singleFlight } from '@protectmyapi/service-kit/single-flight'
import type { Telemetry } from '@protectmyapi/service-kit/telemetry/telemetry'
import { LRUCache } from 'lru-cache'
import type { VaultClient } from '../../vault/vault-client.js'
import { type CredentialRecord, credentialInForce, versionOf } from './credential-rows.js'
import { type OpenedCredential, openCredential } from './sealed-credential.js'

const LIMITS = {
  /** Some 2 KB each. The vault lends those beyond anew. */
  heldMax: 1_000,
  /** Between two runs that wipe what has ended, used or not. */
  sweepPeriodMs: 1_000,
} as const

interface Held {
  readonly value: SecretBytes
  /** The lease's end on the monotonic clock, counted from before the lease was asked for (READTIME). */
  readonly notAfterMs: number
}

export interface CredentialLeases {
  /**
   * The credential that an app has now; undefined if it has none. Which one that is, is read from the database by each
   * call: a credential that was replaced or deleted before the call is not used, whatever this process still holds.
   *
   * @throws Fault UNAVAILABLE while the vault is away and the credential is not held; SECRET_DECRYPTION_FAILED if it has
   * to be put again.
   */
  lease(organizationId: string, appId: string): Promise<OpenedCredential | undefined>
  /** Wipes what has ended. */
  sweep(): void
  /** How many are in memory. */
  held(): number
  start(): void
  stop(): Promise<void>
}

export interface CredentialLeasesDeps {
  readonly db: Knex
  readonly vault: Pick<VaultClient, 'leaseOperational'>
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly log: Logger
  readonly telemetry?: Telemetry | undefined
}

/** Leases credentials from the vault, and holds them in memory for no longer than the lease. */
export function createCredentialLeases(deps: CredentialLeasesDeps, heldMax: number = LIMITS.heldMax): CredentialLeases {
  const { db, vault, clock } = deps
  // By version id, because another credential of the same app is another version.
  const held = new LRUCache<string, Held>({ max: heldMax, dispose: ({ value }) => value.wipe() })
  let end: (() => Promise<void>) | undefined

  const isPast = ({ notAfterMs }: Held): boolean => clock.monotonicMs() >= notAfterMs

  /** Opened in the flight itself: what is held may be wiped before those who wait have their turn. */
  const borrow = singleFlight(
    ({ id }: CredentialRecord) => id,
    async (credential): Promise<OpenedCredential> => {
      const askedMs = clock.monotonicMs()
      const { value, lifeMs } = await vault.leaseOperational(versionOf(credential))
      try {
        const opened = openCredential(credential.app_id, value.reveal())
        held.set(credential.id, { value, notAfterMs: askedMs + lifeMs })
        return opened
      } catch (thrown) {
        value.wipe()
        throw thrown
      }
    },
  )

  function open(credential: CredentialRecord): OpenedCredential | Promise<OpenedCredential> {
    const entry = held.get(credential.id)
    if (entry && !isPast(entry)) return openCredential(credential.app_id, entry.value.reveal())
    return borrow(credential)
  }

  function sweep(): void {
    for (const [id, entry] of [...held.entries()]) if (isPast(entry)) held.delete(id)
  }

  return {
    async lease(organizationId, appId) {
      const credential = await credentialInForce(db, organizationId, appId)
      if (!credential) return undefined
      try {
        return await open(credential)
      } catch (refused) {
        if (!(refused instanceof Fault) || refused.code !== 'SECRET_NOT_FOUND') throw refused
        // The vault has erased it: another has been put in its place since it was read.
        const now = await credentialInForce(db, organizationId, appId)
        if (now?.id !== credential.id) return now && open(now)
        throw new Fault(
          'SECRET_DECRYPTION_FAILED',
          `the vault does not store attestation credential ${credential.id}`,
          {
            cause: refused,
          },
        )
      }
    },
    sweep,
    held: () => held.size,
    start() {
      end = every(LIMITS.sweepPeriodMs, 'held attestation credentials', deps, async () => sweep())
    },
    async stop() {
      await end?.()
      held.clear()
    },
  }
}
