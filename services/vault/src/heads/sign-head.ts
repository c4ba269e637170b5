import type { Clock } from '@protectmyapi/service-kit/clock'
import { Fault } from '@protectmyapi/service-kit/faults'
import { headAfter } from '@protectmyapi/service-kit/head-chain'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { NO_MEASURES, type VaultMeasures } from '../telemetry/vault-measures.js'
import { type AskedHead, checkHead, refuse } from './head-bounds.js'
import { headKeyStore } from './head-key-store.js'
import type { HeadKey, HeadKeys } from './head-keys.js'
import { isSignedBy, signWith } from './head-signature.js'
import type { VerifyingKey } from './retired-head-key.js'
import { type SignedHead, signedHeadStore } from './signed-head-store.js'

interface Deps {
  readonly vaultDb: Knex
  readonly headKeys: Pick<HeadKeys, 'current' | 'verifying'>
  readonly installationId: string
  readonly clock: Clock
  readonly log: Logger
  readonly measures?: Pick<VaultMeasures, 'headRefusals'>
}

/**
 * Signs a head that extends the last one signed of its chain, and remembers it. Comparing counts is not enough: an
 * attacker who cuts a chain and rewrites it, longer than before, would have it signed at the next round. A remembered
 * head without its signature is not enough either: an attacker who can also write to this database could plant the head
 * to be extended.
 *
 * The function throws Fault INVALID_REQUEST, CONFLICT, UNAVAILABLE, SECRET_DECRYPTION_FAILED.
 */
export const signHead =
  ({ vaultDb, headKeys, installationId, clock, log, measures = NO_MEASURES }: Deps) =>
  async (asked: AskedHead): Promise<SignedHead> => {
    checkHead(asked)
    let verifying: readonly VerifyingKey[] = []
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
      // Outside the transaction, because it may ask the KMS, and no row should be locked for that long.
      const key = await headKeys.current()
      const signed = await vaultDb
        .transaction((trx) => signBy({ key, verifying }, trx, asked, { installationId, clock }))
        .catch((err: unknown) => {
          if (err instanceof Fault && err.code === 'CONFLICT') {
            measures.headRefusals.up('refused')
            log.error({ err, chain: asked.chain, count: asked.count }, 'a head was not signed: its chain was altered')
          }
          throw err
        })
      if (typeof signed === 'object') return signed
      if (signed === 'signed-by-another') verifying = await headKeys.verifying()
      if (signed === 'moved-on')
        throw new Fault('CONFLICT', 'another was first: more links were signed since the last were described')
    }
    throw new Fault('UNAVAILABLE', 'the key that signs heads was replaced with every attempt')
  }

/**
 * The key may be replaced after it was read, and a chain's last head may be signed by an earlier key once. More than
 * that in a row means a defect in the vault.
 */
const ATTEMPTS_MAX = 4

interface Keys {
  readonly key: HeadKey
  /** The earlier keys, if they were needed. */
  readonly verifying: readonly VerifyingKey[]
}

/**
 * `key-moved`: another key signs by now. `signed-by-another`: the earlier keys are needed to verify the last head.
 * `moved-on`: the caller knows of fewer links than were signed, and asks to sign fewer. Then it is the slower of two
 * callers, and its chain was not cut; the caller checks by itself whether its head is among those signed.
 */
async function signBy(
  { key, verifying }: Keys,
  trx: Knex.Transaction,
  asked: AskedHead,
  { installationId, clock }: Pick<Deps, 'installationId' | 'clock'>,
): Promise<SignedHead | 'key-moved' | 'signed-by-another' | 'moved-on'> {
  const { chain } = asked
  if (!(await headKeyStore(trx).isSigning(key.id))) return 'key-moved'
  const heads = signedHeadStore(trx)
  const signed = (): SignedHead => signWith(key, asked, { installationId, chain, signedAtMs: clock.wallMs() })
  const first = await heads.lock(chain)
  if (first === undefined) {
    const head = signed()
    if (await heads.insert(chain, head)) return head
  }
  // Another caller may have been first since this transaction looked.
  const last = first ?? (await heads.lock(chain))
  if (last === undefined) throw new Error('a signed head vanished: its row is never deleted')
  if (last.keyId !== key.id && verifying.length === 0) return 'signed-by-another'
  if (!isSignedBy([key, ...verifying], last, { installationId, chain }))
    throw new Fault('CONFLICT', `what is remembered of ${last.count} links was signed by no key of the vault’s`)
  if (isSame(last, asked)) return last
  if (asked.count < last.count && asked.seen !== undefined && asked.seen < last.count) return 'moved-on'
  assertExtends(last, asked)
  const head = signed()
  await heads.update(chain, head)
  return head
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
