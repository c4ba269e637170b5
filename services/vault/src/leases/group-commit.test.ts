import { describe, expect, it } from '@jest/globals'
import { groupCommit } from './group-commit.js'

const never = () => false

describe('a group commit', () => {
  it('runs all requests of one turn in one transaction, and gives each its own result', async () => {
    const batches: number[][] = []
    const ask = groupCommit<number, string>({
      run: async (items) => {
        batches.push([...items])
        return items.map((item) => `result ${item}`)
      },
      isOutage: never,
    })
    expect(await Promise.all([ask(1), ask(2), ask(3)])).toEqual(['result 1', 'result 2', 'result 3'])
    expect(batches).toEqual([[1, 2, 3]])
  })

  it('gathers the requests made during a transaction into the next one', async () => {
    const gate = gated()
    const batches: number[][] = []
    const ask = groupCommit<number, number>({
      run: async (items) => {
        batches.push([...items])
        await gate.opened
        return items
      },
      isOutage: never,
    })
    const first = ask(1)
    await turn()
    const later = [ask(2), ask(3)]
    await turn()
    const latest = ask(4)
    gate.open()
    await Promise.all([first, ...later, latest])
    expect(batches).toEqual([[1], [2, 3, 4]])
  })

  it('rejects every request of a batch during an outage, and serves requests again afterwards', async () => {
    let away = true
    const ask = groupCommit<number, number>({
      run: async (items) => {
        if (away) throw new Error('away')
        return items
      },
      isOutage: () => true,
    })
    const outcomes = await Promise.allSettled([ask(1), ask(2)])
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    away = false
    await expect(ask(3)).resolves.toBe(3)
  })

  it('lets a request that spoils its batch fail alone', async () => {
    const ask = groupCommit<number, number>({
      run: async (items) => {
        if (items.includes(2)) throw new Error('the second is bad')
        return items
      },
      isOutage: never,
    })
    const outcomes = await Promise.allSettled([ask(1), ask(2), ask(3)])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })

  it('answers UNAVAILABLE to the requests of a transaction that hangs, and serves those behind it', async () => {
    let hang = true
    const ask = groupCommit<number, number>({
      run: (items) => (hang ? new Promise(() => undefined) : Promise.resolve(items)),
      isOutage: () => true,
      flightMs: 20,
    })
    const stuck = ask(1)
    await turn()
    const behind = ask(2)
    hang = false
    await expect(stuck).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await expect(behind).resolves.toBe(2)
  })

  it('bounds its batches, and refuses a request with UNAVAILABLE if too many already wait', async () => {
    const sizes: number[] = []
    const ask = groupCommit<number, number>({
      run: async (items) => {
        sizes.push(items.length)
        return items
      },
      isOutage: never,
      batchMax: 2,
      waitingMax: 3,
    })
    const outcomes = await Promise.allSettled([ask(1), ask(2), ask(3), ask(4)])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected'])
    expect(outcomes[3]).toMatchObject({ reason: { code: 'UNAVAILABLE' } })
    expect(sizes).toEqual([2, 1])
  })

  it('rejects a request for which its batch returned no result', async () => {
    const ask = groupCommit<number, number>({ run: async () => [1], isOutage: never })
    const outcomes = await Promise.allSettled([ask(1), ask(2)])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
  })
})

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

function gated(): { opened: Promise<void>; open: () => void } {
  let open = (): void => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}
