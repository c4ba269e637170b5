/** Passes items on in their order, each after the delay in force when it arrived. */
export interface DelayedLine {
  push(item: () => void, delayMs: number): void
  /** Drops all waiting items. */
  clear(): void
  readonly waiting: number
}

interface Waiting {
  readonly item: () => void
  readonly dueMs: number
}

export function createDelayedLine(): DelayedLine {
  const queue: Waiting[] = []
  let timer: NodeJS.Timeout | undefined

  function handOn(): void {
    timer = undefined
    while (queue[0] !== undefined && queue[0].dueMs <= performance.now()) queue.shift()?.item()
    arm()
  }

  function arm(): void {
    const [first] = queue
    if (first === undefined || timer !== undefined) return
    timer = setTimeout(handOn, Math.max(0, first.dueMs - performance.now()))
  }

  return {
    push(item, delayMs) {
      if (delayMs === 0 && queue.length === 0) return item()
      // Never before the item ahead of it, because a stream of bytes has one order.
      const dueMs = Math.max(performance.now() + delayMs, queue.at(-1)?.dueMs ?? 0)
      queue.push({ item, dueMs })
      arm()
    },
    clear() {
      clearTimeout(timer)
      timer = undefined
      queue.length = 0
    },
    get waiting() {
      return queue.length
    },
  }
}
