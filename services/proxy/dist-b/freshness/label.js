/** Whose floor it is. Injective: no kind holds a colon. */
export function labelKey({ kind, id }) {
  return `${kind}:${id}`
}
//# sourceMappingURL=label.js.map
