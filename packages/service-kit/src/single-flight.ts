/**
 * Shares one load among all callers that ask for the same key while it runs. Keeps no result once the load is done: a
 * cache does that, and each caller decides for itself whether the result is still valid (HANDOVER).
 */
export function singleFlight<Arguments extends unknown[], Value>(
  keyOf: (...given: Arguments) => string,
  load: (...given: Arguments) => Promise<Value>,
): (...given: Arguments) => Promise<Value> {
  const running = new Map<string, Promise<Value>>()
  return (...given) => {
    const key = keyOf(...given)
    const flight = running.get(key)
    if (flight) return flight
    const started = load(...given).finally(() => running.delete(key))
    running.set(key, started)
    return started
  }
}
