export function createLane({ totalMax, perOwnerMax }) {
  const byOwner = new Map()
  let total = 0
  return {
    enter(owner) {
      const own = byOwner.get(owner) ?? 0
      if (total >= totalMax || own >= perOwnerMax) return undefined
      total += 1
      byOwner.set(owner, own + 1)
      return () => leave(owner)
    },
  }
  function leave(owner) {
    total -= 1
    const left = (byOwner.get(owner) ?? 1) - 1
    if (left === 0) byOwner.delete(owner)
    else byOwner.set(owner, left)
  }
}
//# sourceMappingURL=lanes.js.map
