import { inspect } from 'node:util'
import type { Time } from './time.js'
import { VaultClientError } from './vault-client-error.js'

const REDACTED = '[secret]'

/**
 * A lease of one version of a secret. It never prints: not in a template string, in JSON, in a log or in an inspector.
 */
export interface LeasedSecret {
  readonly name: string
  /** Changes with each rotation. */
  readonly versionId: string
  /** Increases with each rotation. */
  readonly generation: number
  /**
   * The value. Do not store it: call this each time.
   *
   * @throws VaultClientError LEASE_ENDED once the lease has ended without a renewal, or was taken away.
   */
  reveal(): string
}

/** A lease as the vault returned it. */
export interface Lease {
  readonly versionId: string
  readonly generation: number
  /** Owned by the receiver and overwritten at the end. */
  readonly value: Buffer
  /** By the monotonic clock. */
  readonly endsAtMs: number
}

/** The client holds and renews it; its user sees it as LeasedSecret. */
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

  /** Extends the lease of the same version, and wipes the second copy of the value. Never shortens the lease. */
  extend(renewed: Lease): void {
    renewed.value.fill(0)
    this.#endsAtMs = Math.max(this.#endsAtMs, renewed.endsAtMs)
  }

  /** Wipes the value: nothing can be revealed any more. */
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
