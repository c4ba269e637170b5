export {}
//# sourceMappingURL=freshness.js.map
