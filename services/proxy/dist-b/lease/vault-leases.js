/** The vault alone: without Redis nothing is shared. */
export function unsharedLeases(vault) {
  return {
    async lease(question) {
      const { answers, leaseKey } = await vault.lease(question)
      leaseKey?.bytes.wipe()
      return answers
    },
  }
}
//# sourceMappingURL=vault-leases.js.map
