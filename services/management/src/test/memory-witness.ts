import { generateKeyPairSync, sign } from 'node:crypto'
import { Fault } from '@protectmyapi/service-kit/faults'
import { headAfter, headStatement } from '@protectmyapi/service-kit/head-chain'
import { newId } from '@protectmyapi/service-kit/ids'
import type { DescribedHead, HeadToSign, SignedHead } from '../vault/head-witness.js'

/** What the vault remembers of signed heads, kept in memory. */
export interface MemoryHeads {
  signHead(asked: HeadToSign): SignedHead
  describeHead(chain: string): DescribedHead
  listChains(after: string): readonly string[]
  /** Replaces the signing key now, as the vault does. `knownSinceMs` > 0: since then, others may know the old key. */
  rotateKey(knownSinceMs?: number): void
  /** Signs remembered heads with the current key if their own key may be known to others. */
  signAnew(): void
}

export function memoryHeads(now: () => number): MemoryHeads {
  const installationId = newId('installation')
  const newKey = () => ({ keyId: newId('key'), untilMs: 0, knownSinceMs: 0, ...generateKeyPairSync('ed25519') })
  let signing = newKey()
  let retired: ReturnType<typeof newKey>[] = []
  const signed = new Map<string, SignedHead>()
  const make = (chain: string, { count, head }: Pick<SignedHead, 'count' | 'head'>): SignedHead => {
    const signedAtMs = now()
    const statement = headStatement({ installationId, chain, count, head, signedAtMs })
    const signature = sign(null, statement, signing.privateKey)
    const made = { count, head, signedAtMs, signature, keyId: signing.keyId }
    signed.set(chain, made)
    return made
  }
  return {
    signHead(asked) {
      const { chain, count, head } = asked
      const last = signed.get(chain)
      if (last?.count === count && last.head.equals(head)) return last
      if (last) assertExtends(last, asked)
      return make(chain, asked)
    },
    describeHead: (chain) => ({
      installationId,
      keys: (signed.size === 0 ? [] : [signing, ...retired]).map(({ privateKey: _, publicKey, ...key }) => ({
        ...key,
        publicKey: publicKey.export({ format: 'der', type: 'spki' }),
      })),
      last: signed.get(chain),
    }),
    listChains: (after) => [...signed.keys()].filter((chain) => chain > after).sort(),
    rotateKey(knownSinceMs = 0) {
      retired = [{ ...signing, untilMs: now(), knownSinceMs }, ...retired]
      signing = newKey()
    },
    signAnew() {
      const known = new Set<string>(retired.filter(({ knownSinceMs }) => knownSinceMs > 0).map(({ keyId }) => keyId))
      for (const [chain, last] of signed) if (known.has(last.keyId)) make(chain, last)
    },
  }
}

function assertExtends(last: SignedHead, { chain, count, head, links }: HeadToSign): void {
  if (count <= last.count) throw new Fault('CONFLICT', 'rollback, or fork')
  if (links.length < count - last.count) throw new Fault('INVALID_REQUEST', 'links are missing')
  let reached = last.head
  for (let at = last.count + 1; at <= count; at += 1) {
    const content = links[links.length - 1 - count + at]
    if (!content) throw new Error('a link that was counted is not there')
    reached = headAfter({ chain, count: at, previous: reached, content })
  }
  if (!reached.equals(head)) throw new Fault('CONFLICT', 'fork')
}
