const FLUSH_EVERY_MS = 100

/**
 * Flushes a Redis at once, and again and again, one at a time; one that fails is made up for by the next.
 *
 * @returns what ends it, also a second time, and answers how many times it was flushed.
 */
export function keepFlushed(flush: () => Promise<void>): () => Promise<number> {
  let flushes = 0
  let flushing = Promise.resolve()
  const flushOnce = (): void => {
    flushing = flushing
      .then(flush)
      .then(() => {
        flushes += 1
      })
      .catch(() => undefined)
  }
  flushOnce()
  const timer = setInterval(flushOnce, FLUSH_EVERY_MS)
  return async () => {
    clearInterval(timer)
    await flushing
    return flushes
  }
}
