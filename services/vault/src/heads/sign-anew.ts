import { createHash } from 'node:crypto'
import { joinInjectively } from '@protectmyapi/service-kit/bytes'
import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { headKeyStore } from './head-key-store.js'
import type { HeadKeys } from './head-keys.js'
import { isSignedBy, signWith } from './head-signature.js'
import type { VerifyingKey } from './retired-head-key.js'
import { signedHeadStore } from './signed-head-store.js'

const LIMITS = {
  /** Chains per transaction. A caller that wants one of them signed meanwhile waits for the whole page. */
  pageRows: 50,
  /** A round begins no further page after this long, because the vault may be shutting down. */
  roundMs: 5_000,
} as const

interface Deps {
  readonly vaultDb: Knex
  readonly headKeys: Pick<HeadKeys, 'current' | 'verifying'>
  readonly installationId: string
  readonly clock: Clock
  readonly log: Logger
}

/**
 * One round of the work after a leak of the key that signs heads: heads last signed by a key that somebody else may
 * have had are signed anew by the current key. This includes chains that no longer grow, which would otherwise stay in
 * doubt for ever. The rows say what is left, so the round may be killed at any point and several replicas may run it. A
 * head that no key of this vault signed is logged and left, because the vault cannot vouch for it.
 *
 * The function throws Fault UNAVAILABLE, SECRET_DECRYPTION_FAILED, and what Postgres throws.
 */
export function signAnew({ vaultDb, headKeys, installationId, clock, log }: Deps): () => Promise<void> {
  /** The set of keys for which nothing is left to do: until the keys change, no round opens any. */
  let settled = ''

  return async () => {
    const stamp = await stampOfKeys(vaultDb)
    if (stamp === settled) return
    const verifying = await headKeys.verifying()
    const known = verifying.filter(({ knownSinceMs }) => knownSinceMs !== undefined)
    const untilMs = clock.monotonicMs() + LIMITS.roundMs
    const ids = known.map(({ id }) => id)
    for (let after = ''; ids.length > 0; ) {
      const page = await signedHeadStore(vaultDb).signedBy(ids, after, LIMITS.pageRows)
      const last = page.at(-1)
      if (last === undefined) break
      if (!(await signPage(page, known)) || clock.monotonicMs() >= untilMs) return
      after = last
    }
    settled = stamp
  }

  /** False if another key signs by now. */
  async function signPage(chains: readonly string[], known: readonly VerifyingKey[]): Promise<boolean> {
    const key = await headKeys.current()
    return vaultDb.transaction(async (trx) => {
      if (!(await headKeyStore(trx).isSigning(key.id))) return false
      const heads = signedHeadStore(trx)
      for (const chain of chains) {
        const last = await heads.lock(chain)
        // The chain may have grown since the page was read.
        if (!last || !known.some(({ id }) => id === last.keyId)) continue
        if (isSignedBy(known, last, { installationId, chain }))
          await heads.update(chain, signWith(key, last, { installationId, chain, signedAtMs: clock.wallMs() }))
        else log.error({ chain, count: last.count }, 'a head was not signed again: its row was altered')
      }
      return true
    })
  }
}

/** Changes whenever a key is added, or something new is noted about one. */
async function stampOfKeys(vaultDb: Knex): Promise<string> {
  const stored = await headKeyStore(vaultDb).find()
  return createHash('sha256')
    .update(joinInjectively(stored.flatMap(({ id, sealed }) => [id, sealed])))
    .digest('hex')
}
