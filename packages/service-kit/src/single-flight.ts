/**
 * Shares one load among all who ask for the same key while it runs. Keeps nothing once it has landed: a cache stands
 * beside it, and each waiter judges for itself whether what landed is still good (HANDOVER).
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
