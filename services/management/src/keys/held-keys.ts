import { createPrivateKey, type KeyObject } from 'node:crypto'
import type { Clock } from '@protectmyapi/service-kit/clock'
import { every } from '@protectmyapi/service-kit/every'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { singleFlight } from '@protectmyapi/service-kit/single-flight'
import type { Telemetry } from '@protectmyapi/service-kit/telemetry/telemetry'
import { CompactSign } from 'jose'
import type { VaultClient } from '../vault/vault-client.js'
import { ensureSigningKey } from './ensure-signing-key.js'
import { type MakeDeps, publicJwk, versionOf } from './make-signing-key.js'
import { KEY_USES, type KeyUse, type SigningKeyRow } from './signing-key-rows.js'

const LIMITS = {
  /** Between two looks at what is held: back within seconds of the vault's return, and at another's rotation. */
  tendPeriodMs: 1_000,
} as const

interface HeldKey {
  readonly kid: string
  readonly privateKey: KeyObject
  /** On the monotonic clock: the lease's end, counted from before it was asked for (READTIME). */
  readonly notAfterMs: number
  readonly renewAtMs: number
}

export interface HeldKeys {
  /**
   * A compact JWS, EdDSA, by this key, or by one that came after it.
   *
   * @param inForce read together with what is signed (`signingKeyInForce`). So a process that has not heard of a
   * rotation yet cannot sign by the key that was replaced.
   * @throws Fault UNAVAILABLE while the key is not held.
   */
  sign(inForce: Pick<SigningKeyRow, 'id' | 'use'>, typ: string, claims: object): Promise<string>
  /** Whether both are held now. */
  ready(): boolean
  /** Whether this one is held now. */
  holds(use: KeyUse): boolean
  /** Whether both have been, since the start. */
  wereHeld(): boolean
  /** Takes what is missing or was replaced, renews what is past half of its life. Each failure is logged, none is thrown. */
  tend(): Promise<void>
  start(): void
  stop(): Promise<void>
}

export interface HeldKeysDeps {
  readonly db: MakeDeps['db']
  readonly vault: MakeDeps['vault'] & Pick<VaultClient, 'leaseOperational'>
  readonly clock: Clock
  readonly log: Logger
  readonly telemetry?: Telemetry
}

/**
 * The private halves, leased from the vault and held in memory for no longer than the lease. Management starts without
 * them, not ready, and becomes ready when the vault comes.
 */
export function createHeldKeys({ db, vault, clock, log, telemetry }: HeldKeysDeps): HeldKeys {
  const held = new Map<KeyUse, HeldKey>()
  const everHeld = new Set<KeyUse>()
  let end: (() => Promise<void>) | undefined

  function current(use: KeyUse): HeldKey | undefined {
    const key = held.get(use)
    if (key && key.notAfterMs > clock.monotonicMs()) return key
    held.delete(use)
    return undefined
  }

  async function lease(row: SigningKeyRow): Promise<void> {
    const askedMs = clock.monotonicMs()
    const { value, lifeMs } = await vault.leaseOperational(versionOf(row))
    try {
      const privateKey = createPrivateKey({ key: value.reveal(), format: 'der', type: 'pkcs8' })
      if (publicJwk(privateKey, row.id).x !== row.publicJwk.x)
        throw new Error(`the vault holds another key under ${row.id}`)
      everHeld.add(row.use)
      held.set(row.use, { kid: row.id, privateKey, notAfterMs: askedMs + lifeMs, renewAtMs: askedMs + lifeMs / 2 })
    } finally {
      value.wipe()
    }
  }

  /** One at a time of a use, each reading what is in force at its beginning: so an older key never displaces a newer. */
  const takeInForce = singleFlight(
    (use: KeyUse) => use,
    async (use) => lease(await ensureSigningKey({ db, vault }, use)),
  )

  async function toSignBy({ id, use }: Pick<SigningKeyRow, 'id' | 'use'>): Promise<HeldKey> {
    const absent = () => new Fault('UNAVAILABLE', `the ${use} key is not held: the vault is away`)
    // At once: nobody waits for a vault that is away.
    if (!current(use)) throw absent()
    // Twice: the first may be a flight of others, begun before the question, with an older row.
    for (let flight = 0; flight < 2 && current(use)?.kid !== id; flight += 1) await takeInForce(use)
    const key = current(use)
    if (!key) throw absent()
    return key
  }

  async function tendOne(use: KeyUse): Promise<void> {
    const { id } = await ensureSigningKey({ db, vault }, use)
    const key = current(use)
    if (key?.kid === id && key.renewAtMs > clock.monotonicMs()) return
    await takeInForce(use)
    if (key?.kid !== id) log.info({ use, kid: id }, 'a signing key is held')
  }

  async function tend(): Promise<void> {
    for (const use of KEY_USES)
      await tendOne(use).catch((err: unknown) => log.warn({ err, use }, 'a signing key cannot be leased'))
  }

  return {
    async sign(inForce, typ, claims) {
      const { kid, privateKey } = await toSignBy(inForce)
      return new CompactSign(Buffer.from(JSON.stringify(claims)))
        .setProtectedHeader({ alg: 'EdDSA', typ, kid })
        .sign(privateKey)
    },
    ready: () => KEY_USES.every((use) => current(use) !== undefined),
    holds: (use) => current(use) !== undefined,
    wereHeld: () => KEY_USES.every((use) => everHeld.has(use)),
    tend,
    start() {
      end = every(LIMITS.tendPeriodMs, 'signing keys', { log, telemetry }, tend)
    },
    async stop() {
      await end?.()
      held.clear()
    },
  }
}
