/**
 * Repeats work, each time after the delay in milliseconds that the work returned, and never twice at once. The work
 * must not throw. The returned function stops it and waits for a run under way.
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
