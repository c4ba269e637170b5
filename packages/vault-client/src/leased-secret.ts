import { inspect } from 'node:util'
import type { Time } from './time.js'
import { VaultClientError } from './vault-client-error.js'

const REDACTED = '[secret]'

/** One version of a secret, lent. It does not print: not in a template string, JSON, a log or an inspector. */
export interface LeasedSecret {
  readonly name: string
  /** Changes with each rotation. */
  readonly versionId: string
  /** Goes up with each rotation. */
  readonly generation: number
  /**
   * The value. Do not keep it: ask for it each time.
   *
   * @throws VaultClientError LEASE_ENDED once the lease has ended without a renewal, or was taken away.
   */
  reveal(): string
}

/** What the vault lent. */
export interface Lease {
  readonly versionId: string
  readonly generation: number
  /** Taken over: overwritten at the end. */
  readonly value: Buffer
  /** On the monotonic clock. */
  readonly endsAtMs: number
}

/** Held by the client, which renews it; shown to its user as LeasedSecret. */
export class HeldSecret implements LeasedSecret {
  readonly name: string
  readonly versionId: string
  readonly generation: number
  readonly #value: Buffer
  readonly #time: Pick<Time, 'nowMs'>
  #endsAtMs: number

  constructor(name: string, lease: Lease, time: Pick<Time, 'nowMs'>) {
    this.name = name
    this.versionId = lease.versionId
    this.generation = lease.generation
    this.#value = lease.value
    this.#endsAtMs = lease.endsAtMs
    this.#time = time
  }

  get isLive(): boolean {
    return this.leftMs > 0
  }

  get leftMs(): number {
    return this.#endsAtMs - this.#time.nowMs()
  }

  reveal(): string {
    if (this.isLive) return this.#value.toString('utf8')
    this.end()
    throw new VaultClientError('LEASE_ENDED')
  }

  /** The same version, lent for longer; the value's other copy goes. An end never comes nearer. */
  extend(renewed: Lease): void {
    renewed.value.fill(0)
    this.#endsAtMs = Math.max(this.#endsAtMs, renewed.endsAtMs)
  }

  /** Nothing is revealed any more. */
  end(): void {
    this.#endsAtMs = Number.NEGATIVE_INFINITY
    this.#value.fill(0)
  }

  toString(): string {
    return REDACTED
  }

  toJSON(): string {
    return REDACTED
  }

  [inspect.custom](): string {
    return REDACTED
  }
}
