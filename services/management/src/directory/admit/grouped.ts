import { Fault } from '@protectmyapi/service-kit/faults'

interface Waiting<Item, Result> {
  readonly item: Item
  resolve(result: Result): void
  reject(thrown: unknown): void
}

/**
 * Runs the calls that arrive while others run as one group, because a commit costs the same for one call as for many. A
 * group fails as a whole, and each of its calls is then tried alone, so that one bad call spoils no other.
 *
 * The function throws Fault UNAVAILABLE if too many wait.
 */
export function grouped<Item, Result>(
  { callsMax, runningMax, waitingMax }: { callsMax: number; runningMax: number; waitingMax: number },
  run: (items: readonly Item[]) => Promise<readonly Result[]>,
): (item: Item) => Promise<Result> {
  const waiting: Waiting<Item, Result>[] = []
  let running = 0

  function start(): void {
    while (running < runningMax && waiting.length > 0) {
      const group = waiting.splice(0, callsMax)
      running += 1
      void settle(group).finally(() => {
        running -= 1
        start()
      })
    }
  }

  async function settle(group: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await run(group.map(({ item }) => item))
      group.forEach(({ resolve, reject }, index) => {
        const result = results[index]
        if (result === undefined) reject(new Error('a group without a result for each'))
        else resolve(result)
      })
    } catch (thrown) {
      const [only, ...others] = group
      if (others.length === 0) only?.reject(thrown)
      else if (thrown instanceof Fault) for (const one of group) await settle([one])
      else for (const { reject } of group) reject(thrown)
    }
  }

  return (item) =>
    new Promise((resolve, reject) => {
      if (waiting.length >= waitingMax) {
        reject(new Fault('UNAVAILABLE', 'too many calls are waiting'))
        return
      }
      waiting.push({ item, resolve, reject })
      start()
    })
}
