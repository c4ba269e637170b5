const LIMITS = {
  /** Enough for real sockets and processes on a loaded machine. */
  timeoutMs: 5_000,
  pollMs: 10,
  /** Characters of the probe's source text in the error. */
  probeChars: 200,
} as const

/**
 * Polls until the probe returns something other than undefined, and returns that. An error thrown by the probe ends the
 * polling: only undefined means "not yet".
 *
 * @throws Error with the probe's source text when the time is over, to show what was waited for.
 */
export async function until<T>(
  probe: () => Promise<T | undefined> | T | undefined,
  timeoutMs: number = LIMITS.timeoutMs,
): Promise<T> {
  const deadlineMs = performance.now() + timeoutMs
  for (;;) {
    const found = await probe()
    if (found !== undefined) return found
    if (performance.now() >= deadlineMs)
      throw new Error(`nothing after ${timeoutMs} ms of waiting for ${textOf(probe)}`)
    await new Promise((resolve) => setTimeout(resolve, LIMITS.pollMs))
  }
}

function textOf(probe: () => unknown): string {
  return String(probe).replace(/\s+/g, ' ').slice(0, LIMITS.probeChars)
}
