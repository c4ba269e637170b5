import { randomUUID } from 'node:crypto'
import type { VerifyChainsRequest__Output } from '@protectmyapi/protos/generated/directory/v1/VerifyChainsRequest'
import type { VerifyChainsResponse } from '@protectmyapi/protos/generated/directory/v1/VerifyChainsResponse'
import type { Clock } from '@protectmyapi/service-kit/clock'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Progress, Verdict } from '../verify/verdict.js'

const LIMITS = {
  /** Lines of one answer, some 300 bytes each, or 10 KB for a chain with many breaks. */
  linesMax: 100,
  /** An answer with fewer lines is sent after this time. One line takes as long as a page of links does. */
  answerMs: 1_000,
  /** A caller who asks no more for this long counts as gone. */
  idleMs: 15_000,
} as const

export interface VerifyChainsDeps {
  /** Verifies all chains; the work is done as its lines are taken. */
  readonly verifyAll: () => AsyncGenerator<Progress | Verdict, void, undefined>
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly idleMs?: number
}

export interface VerifyChains {
  /** @throws Fault NOT_FOUND, and what verifying throws. */
  answer(request: Pick<VerifyChainsRequest__Output, 'verification'>): Promise<VerifyChainsResponse>
  /** Ends the verifications that wait to be continued. */
  close(): Promise<void>
}

type Lines = ReturnType<VerifyChainsDeps['verifyAll']>

/** Directory.VerifyChains: lines are made as they are asked for, so that of a long trail only its place is held. */
export function createVerifyChains({ verifyAll, clock, idleMs = LIMITS.idleMs }: VerifyChainsDeps): VerifyChains {
  const waiting = new Map<string, { readonly lines: Lines; readonly expiry: NodeJS.Timeout }>()

  /** Takes a verification out, so that nobody else can continue it meanwhile. */
  function take(verification: string): Lines {
    const found = waiting.get(verification)
    if (!found) throw new Fault('NOT_FOUND', `no verification ${verification} waits here`)
    clearTimeout(found.expiry)
    waiting.delete(verification)
    return found.lines
  }

  function keep(lines: Lines): string {
    const verification = randomUUID()
    const expiry = setTimeout(() => void take(verification).return(), idleMs)
    waiting.set(verification, { lines, expiry })
    return verification
  }

  return {
    async answer({ verification }) {
      const lines = verification === '' ? verifyAll() : take(verification)
      const endMs = clock.monotonicMs() + LIMITS.answerMs
      const made: string[] = []
      while (made.length < LIMITS.linesMax && clock.monotonicMs() < endMs) {
        const { done, value } = await lines.next()
        if (done) return { verification: '', lines: made }
        made.push(JSON.stringify(value))
      }
      return { verification: keep(lines), lines: made }
    },
    async close() {
      await Promise.all([...waiting.keys()].map((verification) => take(verification).return()))
    },
  }
}
