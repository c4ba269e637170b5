const LIMITS = {
  /** Enough for real sockets and processes on a loaded machine. */
  timeoutMs: 5_000,
  pollMs: 10,
  /** Of the probe's own text, in the error. */
  probeChars: 200,
} as const

/**
 * Polls until the probe answers something other than undefined, and answers that. A probe that throws has failed for
 * good: only undefined means "not yet".
 *
 * @throws Error with the probe's text when the time is over: it says what was waited for.
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
