export function memorySealedLeases(clock) {
  const entries = new Map()
  const asked = []
  const says = {
    away: false,
    keepsAll: false,
    duringGet: () => {},
    beforePut: Promise.resolve(),
  }
  return {
    entries,
    asked,
    says,
    async get(keys) {
      asked.push(keys)
      if (says.away) throw new Error('away')
      says.duringGet()
      return keys.map((key) => {
        const entry = entries.get(key)
        return entry && (says.keepsAll || clock.monotonicMs() < entry.until) ? entry.sealed : null
      })
    },
    async put(key, sealed, lifeMs) {
      await says.beforePut
      if (says.away) throw new Error('away')
      entries.set(key, { sealed, until: clock.monotonicMs() + lifeMs })
    },
  }
}
//# sourceMappingURL=memory-sealed-leases.js.map
