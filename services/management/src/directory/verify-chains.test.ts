import { beforeEach, describe, expect, it } from '@jest/globals'
import { manualClock } from '@protectmyapi/dev-kit/manual-clock'
import { until } from '@protectmyapi/dev-kit/until'
import type { Progress } from '../verify/verdict.js'
import { createVerifyChains } from './verify-chains.js'

let made = 0
let ended = 0
let clock = manualClock(0)

async function* lines(count: number, lineMs = 0): AsyncGenerator<Progress, void, undefined> {
  try {
    for (let link = 1; link <= count; link += 1) {
      made = link
      clock.advance(lineMs)
      yield { type: 'progress', chain: 'audit/org_1', link, of: count, entries: 0 }
    }
  } finally {
    ended += 1
  }
}

const linksOf = (answered: readonly string[] | null | undefined): number[] =>
  (answered ?? []).map((line) => JSON.parse(line).link)

describe('verifying for a command', () => {
  beforeEach(() => {
    made = 0
    ended = 0
    clock = manualClock(0)
  })

  it('continues where the answer before ended, and marks the last answer', async () => {
    const { answer } = createVerifyChains({ verifyAll: () => lines(250), clock })
    const links: number[] = []
    let verification = ''
    const answers: number[] = []
    do {
      const answered = await answer({ verification })
      links.push(...linksOf(answered.lines))
      answers.push(answered.lines?.length ?? 0)
      verification = answered.verification ?? ''
    } while (verification !== '')
    expect(links).toEqual(Array.from({ length: 250 }, (_, index) => index + 1))
    expect(answers).toEqual([100, 100, 50])
    expect(ended).toBe(1)
  })

  it('makes no line before it is asked for, and after a second answers with the lines that it has', async () => {
    const verifying = createVerifyChains({ verifyAll: () => lines(250, 400), clock })
    const answered = await verifying.answer({ verification: '' })
    expect(linksOf(answered.lines)).toEqual([1, 2, 3])
    expect(made).toBe(3)
    await verifying.close()
    expect(ended).toBe(1)
  })

  it('refuses with NOT_FOUND to continue a verification that is unknown, in progress or already continued', async () => {
    const verifying = createVerifyChains({ verifyAll: () => lines(250), clock })
    const { verification = '' } = await verifying.answer({ verification: '' })
    const [first, second] = await Promise.allSettled([
      verifying.answer({ verification }),
      verifying.answer({ verification }),
    ])
    expect([first.status, second]).toMatchObject(['fulfilled', { status: 'rejected', reason: { code: 'NOT_FOUND' } }])
    await expect(verifying.answer({ verification })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(verifying.answer({ verification: 'none' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await verifying.close()
  })

  it('ends a verification that nobody continues', async () => {
    const { answer } = createVerifyChains({ verifyAll: () => lines(250), clock, idleMs: 5 })
    const { verification = '' } = await answer({ verification: '' })
    await until(async () => ended === 1 || undefined)
    await expect(answer({ verification })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})
