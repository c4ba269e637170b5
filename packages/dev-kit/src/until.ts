const LIMITS = {
  /** Enough for real sockets and processes on a loaded machine. */
  timeoutMs: 5_000,
  pollMs: 10,
} as const

/**
 * Polls until the probe answers something other than undefined, and answers that. A probe that throws has failed for
 * good: only undefined means "not yet".
 *
 * @throws Error when the time is over.
 */
export async function until<T>(
  probe: () => Promise<T | undefined> | T | undefined,
  timeoutMs: number = LIMITS.timeoutMs,
): Promise<T> {
  const deadlineMs = performance.now() + timeoutMs
  for (;;) {
    const found = await probe()
    if (found !== undefined) return found
    if (performance.now() >= deadlineMs) throw new Error(`nothing after ${timeoutMs} ms of waiting`)
    await new Promise((resolve) => setTimeout(resolve, LIMITS.pollMs))
  }
}
