/**
 * Runs work again and again, each time after the delay that it answered, and never twice at once. The work throws
 * nothing. The returned function ends it, and waits for what runs.
 */
export function again(work: () => Promise<number>): () => Promise<void> {
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined
  let ended = false

  function run(): void {
    running = work().then((delayMs) => {
      if (!ended) timer = setTimeout(run, delayMs)
    })
  }

  run()
  return async () => {
    ended = true
    clearTimeout(timer)
    await running
  }
}
