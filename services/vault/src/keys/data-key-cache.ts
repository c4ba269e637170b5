import { joinInjectively } from '@protectmyapi/service-kit/bytes'
import type { Clock } from '@protectmyapi/service-kit/clock'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { singleFlight } from '@protectmyapi/service-kit/single-flight'
import { LRUCache } from 'lru-cache'

/** Which data key. */
export interface KeyRef {
  readonly organizationId: string
  readonly keyId: string
  readonly keyVersion: number
}

export const CACHE_LIMITS = {
  /** No plaintext data key lives longer. */
  lifeMs: 5 * 60_000,
  /** From here on it is renewed while it serves, so that 150 s are left whenever the KMS goes away. */
  renewFromMs: 150_000,
  /** Between two attempts of a renewal that fails. */
  renewAgainMs: 5_000,
  /** 32 bytes each; as many organizations are warm at once. */
  keysMax: 10_000,
} as const

/** A key in memory. Zeroed and marked so in one step: a zeroed key must never pass for a key. */
interface Held {
  readonly ref: KeyRef
  readonly bytes: Buffer
  /** Monotonic; counted from before the key service was asked. */
  readonly askedMs: number
  renewalTriedMs: number
  wiped: boolean
  /** The key that was last derived of it. */
  derived: { readonly name: string; readonly bytes: Buffer } | undefined
}

/** Makes another key of a data key, which it must not keep. */
export type Derive = (dataKey: Uint8Array) => Buffer

export interface DataKeyCache {
  /** A copy, the caller's own to zero. Loads it where it is not held. @throws as the load does. */
  get(ref: KeyRef): Promise<Buffer>
  /**
   * A copy of what is derived of a key that is in memory, the caller's own to zero; where it is not in memory, undefined
   * at once, and it is loaded behind. The last one derived is kept with its key, and zeroed with it.
   */
  derived(ref: KeyRef, name: string, derive: Derive): Buffer | undefined
  /** Takes up a copy of a key that was just made. `askedMs`: monotonic, from before it was asked for. */
  put(ref: KeyRef, dataKey: Uint8Array, askedMs: number): void
  /** Forgets every key of an organization, those on their way too. */
  drop(organizationId: string): void
  /** Forgets one that is held. */
  forget(ref: KeyRef): void
  /** Forgets what is past its life, used or not. */
  sweep(): void
  /** Which are in memory. */
  refs(): readonly KeyRef[]
  held(): number
  clear(): void
}

/** Plaintext data keys: bounded in number and in life, zeroed when they go, copied out. One load at a time per key. */
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
      // Dropped while it was on its way: it must not come back with a slow answer.
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
      // An outage leaves the key in use until its life ends; a refusal says that it is no key any more.
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

/** No two keys share it. */
export function nameOf({ organizationId, keyId, keyVersion }: KeyRef): string {
  return joinInjectively([organizationId, keyId, String(keyVersion)]).toString('latin1')
}
