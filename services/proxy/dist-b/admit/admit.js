export {}
//# sourceMappingURL=admit.js.map
