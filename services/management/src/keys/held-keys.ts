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
  /** Between two runs, so that keys are held within seconds after the vault returns or another process rotates them. */
  tendPeriodMs: 1_000,
} as const

interface HeldKey {
  readonly kid: string
  readonly privateKey: KeyObject
  /** The lease's end on the monotonic clock, counted from before the lease was asked for (READTIME). */
  readonly notAfterMs: number
  readonly renewAtMs: number
}

export interface HeldKeys {
  /**
   * Signs a compact JWS (EdDSA) with the key of `inForce`, or with one that replaced it.
   *
   * @param inForce the key as it was read together with what is signed (`signingKeyInForce`). A process that has not
   * learned of a rotation yet can therefore not sign with the replaced key.
   * @throws Fault UNAVAILABLE while the key is not held.
   */
  sign(inForce: Pick<SigningKeyRow, 'id' | 'use'>, typ: string, claims: object): Promise<string>
  /** Whether both keys are held now. */
  ready(): boolean
  /** Whether the key of this use is held now. */
  holds(use: KeyUse): boolean
  /** Whether each key has been held at some time since the start. */
  wereHeld(): boolean
  /** Leases keys that are missing, were replaced or are past half of their life. Failures are logged and not thrown. */
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
 * Leases the private halves from the vault and holds them in memory for no longer than the lease. Management starts
 * without them and is not ready until the vault has lent both.
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

  /** One run at a time for a use. It reads the key in force as it begins, so an older key never displaces a newer. */
  const takeInForce = singleFlight(
    (use: KeyUse) => use,
    async (use) => lease(await ensureSigningKey({ db, vault }, use)),
  )

  async function toSignBy({ id, use }: Pick<SigningKeyRow, 'id' | 'use'>): Promise<HeldKey> {
    const absent = () => new Fault('UNAVAILABLE', `the ${use} key is not held: the vault is away`)
    // Refused at once, so that no request waits for a vault that is away.
    if (!current(use)) throw absent()
    // Up to twice, because the first call may join a run that began before this question and read an older row.
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
