import { afterEach } from '@jest/globals'

/** Takes the ways to end what the running test has started, in the order in which it was started. */
export type AtEnd = (...closers: readonly (() => unknown)[]) => void

/**
 * After each test all that it has started is ended, one after the other and the latest first: what came later uses what
 * was there before. Call it once in a file or a `describe`.
 */
export function closeAfterEach(): AtEnd {
  const closers: (() => unknown)[] = []
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close()
  })
  return (...more) => void closers.push(...more)
}
