/** One command each. All keys of an organisation are in one slot of a cluster (service-kit's redis-keys.ts). */
export function redisSealedLeases({ use }) {
  return {
    get: (keys) => use((client) => client.mgetBuffer(...keys)),
    async put(key, sealed, lifeMs) {
      await use((client) => client.set(key, sealed, 'PX', Math.max(1, Math.floor(lifeMs))))
    },
  }
}
//# sourceMappingURL=redis-sealed-leases.js.map
