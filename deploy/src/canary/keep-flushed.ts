const FLUSH_EVERY_MS = 100

/**
 * Flushes a Redis at once and then at intervals, one flush at a time. A flush that fails is not repeated before the
 * next interval.
 *
 * @returns a function that ends it and answers how many flushes succeeded. It may be called again.
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
