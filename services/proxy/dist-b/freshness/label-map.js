/**
 * Values by what a label names. Two maps and no joined key: to join kind and id takes longer than both look-ups, and a
 * request asks some forty times.
 */
export class LabelMap {
  #kinds = new Map()
  get({ kind, id }) {
    return this.#kinds.get(kind)?.get(id)
  }
  set({ kind, id }, value) {
    const known = this.#kinds.get(kind)
    if (known) known.set(id, value)
    else this.#kinds.set(kind, new Map([[id, value]]))
  }
  delete({ kind, id }) {
    this.#kinds.get(kind)?.delete(id)
  }
}
//# sourceMappingURL=label-map.js.map
