export {}
//# sourceMappingURL=lease-upstream.js.map
