import { createPrivateKey, type KeyObject } from 'node:crypto'
import type { Clock } from '@protectmyapi/service-kit/clock'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Logger } from '@protectmyapi/service-kit/log'
import { CompactSign } from 'jose'
import { every } from '../background/every.js'
import type { VaultClient } from '../vault/vault-client.js'
import { type EnsureDeps, ensureSigningKey, publicJwk, versionOf } from './ensure-signing-key.js'
import type { KeyUse } from './signing-key-rows.js'

const LIMITS = {
  /** Between two looks at what is held: back within seconds of the vault's return. */
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
  /** A compact JWS, EdDSA. @throws Fault UNAVAILABLE while the key is not held. */
  sign(use: KeyUse, typ: string, claims: object): Promise<string>
  ready(): boolean
  /** Takes what is missing and renews what is past half of its life. Each failure is logged, none is thrown. */
  tend(): Promise<void>
  start(): void
  stop(): Promise<void>
}

export interface HeldKeysDeps {
  readonly db: EnsureDeps['db']
  readonly vault: EnsureDeps['vault'] & Pick<VaultClient, 'leaseOperational'>
  readonly clock: Clock
  readonly log: Logger
}

const USES: readonly KeyUse[] = ['grant', 'session']

/**
 * The private halves, leased from the vault and held in memory for no longer than the lease. Management starts without
 * them, not ready, and becomes ready when the vault comes.
 */
export function createHeldKeys({ db, vault, clock, log }: HeldKeysDeps): HeldKeys {
  const held = new Map<KeyUse, HeldKey>()
  let end: (() => Promise<void>) | undefined

  function current(use: KeyUse): HeldKey | undefined {
    const key = held.get(use)
    if (key && key.notAfterMs > clock.monotonicMs()) return key
    held.delete(use)
    return undefined
  }

  async function take(use: KeyUse): Promise<void> {
    const row = await ensureSigningKey({ db, vault }, use)
    const askedMs = clock.monotonicMs()
    const { value, lifeMs } = await vault.leaseOperational(versionOf(row))
    try {
      const privateKey = createPrivateKey({ key: value.reveal(), format: 'der', type: 'pkcs8' })
      if (publicJwk(privateKey, row.id).x !== row.publicJwk.x)
        throw new Error(`the vault holds another key under ${row.id}`)
      held.set(use, { kid: row.id, privateKey, notAfterMs: askedMs + lifeMs, renewAtMs: askedMs + lifeMs / 2 })
    } finally {
      value.wipe()
    }
  }

  async function tend(): Promise<void> {
    for (const use of USES) {
      const key = current(use)
      if (key && key.renewAtMs > clock.monotonicMs()) continue
      try {
        await take(use)
        if (!key) log.info({ use }, 'a signing key is held')
      } catch (err) {
        log.warn({ err, use }, 'a signing key cannot be leased')
      }
    }
  }

  return {
    async sign(use, typ, claims) {
      const key = current(use)
      if (!key) throw new Fault('UNAVAILABLE', `the ${use} key is not held: the vault is away`)
      return new CompactSign(Buffer.from(JSON.stringify(claims)))
        .setProtectedHeader({ alg: 'EdDSA', typ, kid: key.kid })
        .sign(key.privateKey)
    },
    ready: () => USES.every((use) => current(use) !== undefined),
    tend,
    start() {
      end = every(LIMITS.tendPeriodMs, 'signing keys', log, tend)
    },
    async stop() {
      await end?.()
      held.clear()
    },
  }
}
