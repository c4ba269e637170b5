import { joinInjectively } from '@protectmyapi/service-kit/bytes'
import type { Clock } from '@protectmyapi/service-kit/clock'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { singleFlight } from '@protectmyapi/service-kit/single-flight'
import { LRUCache } from 'lru-cache'

/** Identifies one version of a data key. */
export interface KeyRef {
  readonly organizationId: string
  readonly keyId: string
  readonly keyVersion: number
}

export const CACHE_LIMITS = {
  /** No plaintext data key stays in memory longer. */
  lifeMs: 5 * 60_000,
  /**
   * From this age on a key is renewed while it stays in use, so that at least 150 s are left whenever the KMS goes
   * away.
   */
  renewFromMs: 150_000,
  /** Time between two attempts of a renewal that fails. */
  renewAgainMs: 5_000,
  /** Keys of 32 bytes each, so 10,000 organizations can be warm at once. */
  keysMax: 10_000,
} as const

/** A key in memory. It is zeroed and marked as wiped in one step, because a zeroed key must never pass for a key. */
interface Held {
  readonly ref: KeyRef
  readonly bytes: Buffer
  /** Monotonic time, taken before the key service was asked. */
  readonly askedMs: number
  renewalTriedMs: number
  wiped: boolean
  /** The last key derived from this one. */
  derived: { readonly name: string; readonly bytes: Buffer } | undefined
}

/** Derives another key from a data key, which it must not keep. */
export type Derive = (dataKey: Uint8Array) => Buffer

export interface DataKeyCache {
  /** A copy that the caller owns and zeroes. Loads the key if it is not held. @throws as the load does. */
  get(ref: KeyRef): Promise<Buffer>
  /**
   * A copy of a key derived from one that is in memory; the caller owns and zeroes it. If the data key is not in
   * memory, returns undefined at once and loads it in the background. The last derived key is kept with its data key,
   * and zeroed with it.
   */
  derived(ref: KeyRef, name: string, derive: Derive): Buffer | undefined
  /** Stores a copy of a key that was just made. `askedMs`: monotonic time, taken before it was asked for. */
  put(ref: KeyRef, dataKey: Uint8Array, askedMs: number): void
  /** Forgets every key of an organization, including those being loaded. */
  drop(organizationId: string): void
  /** Forgets one key. */
  forget(ref: KeyRef): void
  /** Forgets keys past their life, used or not. */
  sweep(): void
  /** The keys that are in memory. */
  refs(): readonly KeyRef[]
  held(): number
  clear(): void
}

/**
 * Plaintext data keys in memory: bounded in number and in life, handed out as copies, zeroed when they leave. At most
 * one load at a time per key.
 */
export function dataKeyCache(
  load: (ref: KeyRef) => Promise<Buffer>,
  { clock, log }: { clock: Clock; log: Logger },
): DataKeyCache {
  const held = new LRUCache<string, Held>({ max: CACHE_LIMITS.keysMax, dispose: wipe })
  const loading = new Set<{ readonly organizationId: string; dropped: boolean }>()

  const fetch = singleFlight(nameOf, async (ref: KeyRef): Promise<Held> => {
    const flight = { organizationId: ref.organizationId, dropped: false }
    loading.add(flight)
    try {
      const askedMs = clock.monotonicMs()
      const entry = heldOf(ref, await load(ref), askedMs)
      // The key was dropped while it was being loaded: a slow answer must not bring it back.
      if (flight.dropped) wipe(entry)
      else held.set(nameOf(ref), entry)
      return entry
    } finally {
      loading.delete(flight)
    }
  })

  function renew(ref: KeyRef, entry: Held): void {
    const nowMs = clock.monotonicMs()
    const due = nowMs - entry.askedMs >= CACHE_LIMITS.renewFromMs
    if (!due || nowMs - entry.renewalTriedMs < CACHE_LIMITS.renewAgainMs) return
    entry.renewalTriedMs = nowMs
    fetch(ref).catch((err: unknown) => {
      log.warn({ err, organizationId: ref.organizationId, keyId: ref.keyId }, 'a data key could not be renewed')
      // An outage leaves the key in use until its life ends; a refusal means that it is no longer a valid key.
      if (err instanceof Fault && err.code === 'SECRET_DECRYPTION_FAILED') held.delete(nameOf(ref))
    })
  }

  const isPast = (entry: Held): boolean => clock.monotonicMs() - entry.askedMs >= CACHE_LIMITS.lifeMs

  return {
    async get(ref) {
      const entry = held.get(nameOf(ref))
      if (entry === undefined || isPast(entry)) return copyOf(await fetch(ref))
      renew(ref, entry)
      return copyOf(entry)
    },
    derived(ref, name, derive) {
      const entry = held.get(nameOf(ref))
      if (entry && !isPast(entry)) {
        renew(ref, entry)
        return derivedOf(entry, name, derive)
      }
      fetch(ref).catch((err: unknown) => {
        log.warn({ err, organizationId: ref.organizationId, keyId: ref.keyId }, 'a data key could not be loaded')
      })
      return undefined
    },
    put(ref, dataKey, askedMs) {
      held.set(nameOf(ref), heldOf(ref, Buffer.from(dataKey), askedMs))
    },
    drop(organizationId) {
      for (const flight of loading) if (flight.organizationId === organizationId) flight.dropped = true
      for (const [name, { ref }] of [...held.entries()]) if (ref.organizationId === organizationId) held.delete(name)
    },
    forget(ref) {
      held.delete(nameOf(ref))
    },
    sweep() {
      for (const [name, entry] of [...held.entries()]) if (isPast(entry)) held.delete(name)
    },
    refs: () => [...held.values()].map(({ ref }) => ref),
    held: () => held.size,
    clear() {
      for (const flight of loading) flight.dropped = true
      held.clear()
    },
  }
}

function heldOf(ref: KeyRef, bytes: Buffer, askedMs: number): Held {
  return { ref, bytes, askedMs, renewalTriedMs: -Infinity, wiped: false, derived: undefined }
}

function copyOf(entry: Held): Buffer {
  if (entry.wiped) throw new Fault('UNAVAILABLE', 'a data key was dropped while it was asked for')
  return Buffer.from(entry.bytes)
}

function derivedOf(entry: Held, name: string, derive: Derive): Buffer {
  if (entry.derived?.name !== name) {
    entry.derived?.bytes.fill(0)
    entry.derived = { name, bytes: derive(entry.bytes) }
  }
  return Buffer.from(entry.derived.bytes)
}

function wipe(entry: Held): void {
  entry.wiped = true
  entry.bytes.fill(0)
  entry.derived?.bytes.fill(0)
  entry.derived = undefined
}

/** A name that no two keys share. */
export function nameOf({ organizationId, keyId, keyVersion }: KeyRef): string {
  return joinInjectively([organizationId, keyId, String(keyVersion)]).toString('latin1')
}
