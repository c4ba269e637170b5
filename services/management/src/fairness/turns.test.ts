import { describe, expect, it } from '@jest/globals'
import { createTurns } from './turns.js'

/** Work that ends when it is told to. Records the order in which it began. */
function stage(limits: { atOnce: number; waitingMax: number; waitingPerOwnerMax: number }) {
  const turns = createTurns('trials', limits)
  const began: string[] = []
  const endings: (() => void)[] = []
  return {
    began,
    take: (owner: string, name = owner): Promise<string> =>
      turns.take(owner, () => {
        began.push(name)
        return new Promise((resolve) => void endings.push(() => resolve(name)))
      }),
    fail: (owner: string): Promise<never> => turns.take(owner, () => Promise.reject(new Error('failed'))),
    async endFirst(): Promise<void> {
      endings.shift()?.()
      await new Promise((resolve) => void setImmediate(resolve))
    },
  }
}

describe('turns', () => {
  it('run a bounded number at once, and waiting owners take turns, so that one’s flood does not hold up another', async () => {
    const { began, take, endFirst } = stage({ atOnce: 2, waitingMax: 9, waitingPerOwnerMax: 9 })
    for (const name of ['a1', 'a2', 'a3', 'a4', 'a5']) void take('a', name)
    void take('b')
    expect(began).toEqual(['a1', 'a2'])
    await endFirst()
    await endFirst()
    await endFirst()
    expect(began).toEqual(['a1', 'a2', 'a3', 'b', 'a4'])
  })

  it('are refused to an owner with too many waiting (RATE_LIMITED), and to everybody if all places are taken', async () => {
    const { take, began, endFirst } = stage({ atOnce: 1, waitingMax: 3, waitingPerOwnerMax: 2 })
    const first = take('a')
    void take('a')
    void take('a')
    await expect(take('a')).rejects.toMatchObject({ code: 'RATE_LIMITED', details: { retryAfterSeconds: 2 } })
    void take('b')
    await expect(take('c')).rejects.toMatchObject({ code: 'UNAVAILABLE', details: { retryAfterSeconds: 2 } })
    await endFirst()
    expect(await first).toBe('a')
    void take('c')
    for (let turn = 0; turn < 4; turn += 1) await endFirst()
    expect([...began].sort()).toEqual(['a', 'a', 'a', 'b', 'c'])
  })

  it('go on after one that failed, and the error reaches its caller', async () => {
    const { take, fail, began, endFirst } = stage({ atOnce: 1, waitingMax: 1, waitingPerOwnerMax: 1 })
    const [failing, next] = [fail('a'), take('a')]
    await expect(failing).rejects.toThrow('failed')
    expect(began).toEqual(['a'])
    await endFirst()
    expect(await next).toBe('a')
  })
})
