import { describe, expect, it } from '@jest/globals'
import { createTurnstile } from './turnstile.js'

/** Turns end when the test says so. */
function make() {
  const ends: (() => void)[] = []
  const begun: string[] = []
  const limits = { perTurn: 4, perTurnConnecting: 1, perOwner: 2, sharedTurns: 4 }
  const turnstile = createTurnstile((end) => void ends.push(end), limits)
  async function endTurn(): Promise<void> {
    for (const end of ends.splice(0)) end()
    await Promise.resolve()
  }
  function come(owner: string, count = 1): void {
    for (let at = 0; at < count; at += 1) {
      const turn = turnstile.pass(owner)
      if (turn) void turn.then(() => begun.push(owner))
      else begun.push(owner)
    }
  }
  const taken = (): string[] => begun.splice(0)
  /** Other organizations have just asked. */
  async function amongOthers(): Promise<void> {
    come('other')
    come('another')
    await endTurn()
    taken()
  }
  return { ...turnstile, come, endTurn, taken, amongOthers }
}

describe('the turnstile', () => {
  it('lets as many requests begin in a turn as its bound allows, and those that wait in the next turns', async () => {
    const { come, endTurn, taken, amongOthers } = make()
    await amongOthers()
    come('a', 9)
    expect(taken()).toHaveLength(4)
    for (const expected of [4, 1, 0]) {
      await endTurn()
      expect(taken()).toHaveLength(expected)
    }
  })

  it('lets an organization that has begun little begin at once, though a thousand of another wait', async () => {
    const { come, endTurn, taken, amongOthers } = make()
    await amongOthers()
    come('flood', 1_000)
    taken()
    come('calm', 2)
    expect(taken()).toEqual(['calm', 'calm'])
    await endTurn()
    taken()
    come('calm')
    expect(taken()).toEqual(['calm'])
  })

  it('shares a turn among all organizations that wait', async () => {
    const { come, endTurn, taken, amongOthers } = make()
    await amongOthers()
    come('a', 1_000)
    come('b', 10)
    come('c', 10)
    taken()
    await endTurn()
    expect(taken().sort()).toEqual(['a', 'a', 'b', 'c'])
    await endTurn()
    expect(taken().sort()).toEqual(['a', 'b', 'b', 'c'])
  })

  it('lets no request begin before those of its own organization that wait', async () => {
    const { come, endTurn, taken, amongOthers } = make()
    await amongOthers()
    for (const owner of ['a', 'b', 'c', 'd', 'e']) come(owner, 4)
    taken()
    await endTurn()
    expect(taken()).toEqual(['b', 'c', 'd', 'e'])
    come('e')
    expect(taken()).toEqual([])
  })

  it('lets only one request begin instead of four in the turn after a connection came', async () => {
    const { come, connected, endTurn, taken, amongOthers } = make()
    await amongOthers()
    come('a', 100)
    connected()
    await endTurn()
    taken()
    connected()
    await endTurn()
    expect(taken()).toHaveLength(1)
    await endTurn()
    expect(taken()).toHaveLength(4)
  })

  it('starts each turn with a fresh count, so that an organization that keeps to the bound never waits', async () => {
    const { come, endTurn, taken, amongOthers } = make()
    await amongOthers()
    for (let turn = 0; turn < 3; turn += 1) {
      come('a', 4)
      expect(taken()).toHaveLength(4)
      await endTurn()
    }
  })

  it('sets no bound for an organization that asks alone, and one in the turn after another came', async () => {
    const { come, endTurn, taken } = make()
    for (let turn = 0; turn < 3; turn += 1) {
      come('a', 100)
      expect(taken()).toHaveLength(100)
      await endTurn()
    }
    come('b')
    await endTurn()
    taken()
    come('a', 100)
    expect(taken()).toHaveLength(4)
  })

  it('keeps the bound for four turns after another organization’s last request, and then lifts it', async () => {
    const { come, endTurn, taken, amongOthers, isShared } = make()
    await amongOthers()
    come('a', 1_000)
    const begun: [number, boolean][] = []
    for (let turn = 0; turn < 6; turn += 1) {
      begun.push([taken().length, isShared()])
      await endTurn()
    }
    expect(begun).toEqual([...new Array(4).fill([4, true]), [984, false], [0, false]])
  })
})
