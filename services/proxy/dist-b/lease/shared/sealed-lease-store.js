export {}
//# sourceMappingURL=sealed-lease-store.js.map
