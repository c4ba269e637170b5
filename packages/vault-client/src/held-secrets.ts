import type { LeaseSource } from './lease-source.js'
import { HeldSecret, type Lease, type LeasedSecret } from './leased-secret.js'
import type { Time } from './time.js'
import { VaultClientError } from './vault-client-error.js'

const LIMITS = {
  /** Secrets kept fresh at once: each costs two calls every half minute. */
  namesMax: 256,
  /** Shortest time before a renewal, however short the lease. */
  renewAfterMsMin: 1_000,
  /** Time before trying a failed renewal again; doubles each time. */
  retryMsMin: 500,
  retryMsMax: 8_000,
} as const

/** A secret has changed to another version. */
export interface Rotation {
  readonly name: string
  readonly from: { readonly versionId: string; readonly generation: number }
  readonly to: LeasedSecret
}

export interface HeldSecretsDeps {
  readonly source: LeaseSource
  readonly time: Time
  readonly onRotation: (rotation: Rotation) => void
  /** Called for renewals in the background, for which no caller waits. */
  readonly onRenewalFailed: (name: string, error: VaultClientError) => void
}

/** The state of one name that was asked for. */
interface Entry {
  held: HeldSecret | undefined
  /** The lease under way, shared by all callers. */
  flight: Promise<HeldSecret> | undefined
  failures: number
  callOff: () => void
}

export interface HeldSecrets {
  /** @throws VaultClientError. */
  get(name: string): Promise<LeasedSecret>
  /** Ends the lease in this process and stops renewing it. */
  forget(name: string): void
  /** Ends all leases. */
  close(): void
}

/**
 * Leases in memory: callers share one request, and a lease is renewed from half of its life on. A name that was asked
 * for once is kept fresh until it is forgotten, refused or closed. If no answer arrives, its lease stays valid until
 * its end and no longer.
 */
export function createHeldSecrets({ source, time, onRotation, onRenewalFailed }: HeldSecretsDeps): HeldSecrets {
  const entries = new Map<string, Entry>()
  let isClosed = false

  async function get(name: string): Promise<LeasedSecret> {
    if (isClosed) throw new VaultClientError('CLOSED')
    const entry = entryOf(name)
    if (entry.held?.isLive) return entry.held
    return fly(name, entry)
  }

  function entryOf(name: string): Entry {
    const known = entries.get(name)
    if (known) return known
    if (entries.size >= LIMITS.namesMax) throw new Error(`more than ${LIMITS.namesMax} secrets: forget some`)
    const made: Entry = { held: undefined, flight: undefined, failures: 0, callOff: () => undefined }
    entries.set(name, made)
    return made
  }

  function fly(name: string, entry: Entry): Promise<HeldSecret> {
    entry.flight ??= renew(name, entry).finally(() => {
      entry.flight = undefined
    })
    return entry.flight
  }

  async function renew(name: string, entry: Entry): Promise<HeldSecret> {
    entry.callOff()
    try {
      const askedMs = time.nowMs()
      const lease = await source.lease(name)
      // The name was forgotten, or the client closed, meanwhile: nothing is kept.
      if (entries.get(name) !== entry) {
        lease.value.fill(0)
        throw new VaultClientError(isClosed ? 'CLOSED' : 'LEASE_ENDED')
      }
      entry.failures = 0
      const held = land(name, entry, lease)
      const halfLifeMs = ((lease.endsAtMs - askedMs) / 2) * (0.9 + 0.1 * time.random())
      renewAfter(name, entry, Math.max(LIMITS.renewAfterMsMin, halfLifeMs))
      return held
    } catch (thrown) {
      const error = asError(thrown)
      if (entries.get(name) === entry) fail(name, entry, error)
      throw error
    }
  }

  function land(name: string, entry: Entry, lease: Lease): HeldSecret {
    const before = entry.held
    if (before?.versionId === lease.versionId && before.isLive) {
      before.extend(lease)
      return before
    }
    const held = new HeldSecret(name, lease, time)
    entry.held = held
    if (before && before.versionId !== lease.versionId) {
      // Callers that use it at this moment may finish; its bytes are wiped when its lease ends.
      time.after(Math.max(0, before.leftMs), () => before.end())
      const { versionId, generation } = before
      onRotation({ name, from: { versionId, generation }, to: held })
    }
    return held
  }

  function fail(name: string, entry: Entry, error: VaultClientError): void {
    if (error.retryable) {
      const waitMs = Math.min(LIMITS.retryMsMax, LIMITS.retryMsMin * 2 ** entry.failures)
      entry.failures += 1
      renewAfter(name, entry, waitMs * (0.5 + 0.5 * time.random()))
      return
    }
    // The secret may no longer be used here, so the rest of the lease is given up.
    entry.held?.end()
    entries.delete(name)
  }

  function renewAfter(name: string, entry: Entry, ms: number): void {
    entry.callOff = time.after(ms, () => {
      fly(name, entry).catch((thrown: unknown) => {
        if (!isClosed) onRenewalFailed(name, asError(thrown))
      })
    })
  }

  function forget(name: string): void {
    const entry = entries.get(name)
    entry?.callOff()
    entry?.held?.end()
    entries.delete(name)
  }

  return {
    get,
    forget,
    close() {
      isClosed = true
      for (const name of [...entries.keys()]) forget(name)
    },
  }
}

function asError(thrown: unknown): VaultClientError {
  return thrown instanceof VaultClientError ? thrown : new VaultClientError('INTERNAL', { cause: thrown })
}
