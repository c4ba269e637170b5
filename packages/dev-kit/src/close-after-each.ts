import { afterEach } from '@jest/globals'

/** Registers functions that end what the running test has started, in the order in which it was started. */
export type AtEnd = (...closers: readonly (() => unknown)[]) => void

/**
 * Ends after each test what the test has started, one after the other and the latest first, because later things use
 * earlier ones. Call it once in a file or a `describe`.
 */
export function closeAfterEach(): AtEnd {
  const closers: (() => unknown)[] = []
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close()
  })
  return (...more) => void closers.push(...more)
}
