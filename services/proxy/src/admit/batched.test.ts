import { describe, expect, it } from '@jest/globals'
import { gate } from '../test/gate.js'
import { batched } from './batched.js'

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(() => setImmediate(resolve)))

function make({ batchMax, callsMax }: { batchMax: number; callsMax: number }) {
  const calls: { items: readonly string[]; answer: ReturnType<typeof gate<readonly string[]>> }[] = []
  const limits = { batchMax: () => batchMax, callsMax }
  const ask = batched<string, string>({ ...limits, ownerOf: (item) => item.charAt(0) }, (items) => {
    const answer = gate<readonly string[]>()
    calls.push({ items, answer })
    return answer.passed
  })
  const answer = (at: number): void => calls[at]?.answer.open((calls[at]?.items ?? []).map((item) => `${item}!`))
  return { calls, ask, answer }
}

describe('callers in one turn of the event loop', () => {
  it('share one call, and each gets the answer to its own item', async () => {
    const { calls, ask, answer } = make({ batchMax: 10, callsMax: 1 })
    const all = Promise.all(['a', 'b', 'c'].map(ask))
    await turn()
    expect(calls.map(({ items }) => items)).toEqual([['a', 'b', 'c']])
    answer(0)
    expect(await all).toEqual(['a!', 'b!', 'c!'])
  })

  it('are split into calls of at most batchMax items, of which at most callsMax are under way at once', async () => {
    const { calls, ask, answer } = make({ batchMax: 512, callsMax: 8 })
    for (let at = 0; at < 6_000; at += 1) void ask(String(at))
    await turn()
    expect(calls.map(({ items }) => items.length)).toEqual(new Array(8).fill(512))
    answer(0)
    await turn()
    expect(calls).toHaveLength(9)
  })

  it('take turns with callers of other owners when more wait than fit into one call', async () => {
    const { calls, ask, answer } = make({ batchMax: 4, callsMax: 1 })
    for (let at = 0; at < 100; at += 1) void ask(`a${at}`)
    await turn()
    for (const item of ['b0', 'b1', 'c0']) void ask(item)
    answer(0)
    await turn()
    expect(calls[1]?.items).toEqual(['a4', 'b0', 'c0', 'a5'])
  })

  it('wait while a call is under way, and join those of later turns in the next call', async () => {
    const { calls, ask, answer } = make({ batchMax: 512, callsMax: 1 })
    const first = ask('a')
    await turn()
    void ask('b')
    await turn()
    void ask('c')
    answer(0)
    await first
    await turn()
    expect(calls.map(({ items }) => items)).toEqual([['a'], ['b', 'c']])
  })

  it('are all rejected when the call’s answer has another length than its items', async () => {
    const { calls, ask } = make({ batchMax: 10, callsMax: 1 })
    const both = Promise.allSettled(['a', 'b'].map(ask))
    await turn()
    calls[0]?.answer.open(['a!'])
    for (const one of await both)
      expect(one).toMatchObject({ status: 'rejected', reason: { message: expect.stringContaining('another length') } })
  })
})
