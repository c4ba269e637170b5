import type { Clock } from '@protectmyapi/service-kit/clock'
import { Fault } from '@protectmyapi/service-kit/faults'
import { headAfter, headStatement } from '@protectmyapi/service-kit/head-chain'
import type { Logger } from '@protectmyapi/service-kit/log'
import type { Knex } from '@protectmyapi/service-kit/postgres'
import { NO_MEASURES, type VaultMeasures } from '../telemetry/vault-measures.js'
import { type AskedHead, checkHead, refuse } from './head-bounds.js'
import type { HeadKey, HeadKeys } from './head-keys.js'
import { type SignedHead, signedHeadStore } from './signed-head-store.js'

interface Deps {
  readonly vaultDb: Knex
  readonly headKeys: Pick<HeadKeys, 'current'>
  readonly installationId: string
  readonly clock: Clock
  readonly log: Logger
  readonly measures?: Pick<VaultMeasures, 'headRefusals'>
}

/**
 * Signs a head that extends the last one signed of its chain, and remembers it. A count alone would not do: who cuts a
 * chain and writes it anew, longer than before, would have it signed at the next round.
 *
 * The function throws Fault INVALID_REQUEST, CONFLICT, UNAVAILABLE, SECRET_DECRYPTION_FAILED.
 */
export const signHead =
  ({ vaultDb, headKeys, installationId, clock, log, measures = NO_MEASURES }: Deps) =>
  async (asked: AskedHead): Promise<SignedHead> => {
    checkHead(asked)
    // Outside the transaction: it may ask the KMS, and no row is locked for so long.
    const key = await headKeys.current()
    try {
      return await vaultDb.transaction(async (trx) => {
        const heads = signedHeadStore(trx)
        const signed = (): SignedHead => signWith(key, asked, { installationId, signedAtMs: clock.wallMs() })
        const first = await heads.lock(asked.chain)
        if (first === undefined) {
          const head = signed()
          if (await heads.insert(asked.chain, head)) return head
        }
        // Perhaps someone else was first since this transaction looked.
        const last = first ?? (await heads.lock(asked.chain))
        if (last === undefined) throw new Error('a signed head vanished: its row is never deleted')
        if (isSame(last, asked)) return last
        assertExtends(last, asked)
        const head = signed()
        await heads.update(asked.chain, head)
        return head
      })
    } catch (err) {
      if (err instanceof Fault && err.code === 'CONFLICT') {
        measures.headRefusals.up('refused')
        log.error({ err, chain: asked.chain, count: asked.count }, 'a head was not signed: its chain was altered')
      }
      throw err
    }
  }

function signWith(
  key: HeadKey,
  { chain, count, head }: AskedHead,
  given: { readonly installationId: string; readonly signedAtMs: number },
): SignedHead {
  const signature = key.sign(headStatement({ chain, count, head, ...given }))
  return { count, head, signedAtMs: given.signedAtMs, signature, keyId: key.id }
}

const isSame = (last: SignedHead, { count, head }: AskedHead): boolean => last.count === count && last.head.equals(head)

function assertExtends(last: SignedHead, { chain, head, count, links }: AskedHead): void {
  if (count < last.count)
    throw new Fault('CONFLICT', `rollback: ${last.count} links were signed, now there are ${count}`)
  if (count === last.count) throw new Fault('CONFLICT', `fork: another head was signed of ${count} links`)
  const missing = count - last.count
  if (links.length < missing) throw refuse('links', `Give those since ${last.count}.`)
  let reached = last.head
  links.slice(-missing).forEach((content, index) => {
    reached = headAfter({ chain, count: last.count + 1 + index, previous: reached, content })
  })
  if (!reached.equals(head)) throw new Fault('CONFLICT', `fork: it does not extend the head of ${last.count} links`)
}
