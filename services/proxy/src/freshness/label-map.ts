import type { FeedKind, Label } from './label.js'

/**
 * Values by what a label names. Two maps instead of one joined key, because joining kind and id takes longer than both
 * look-ups, and a request does some forty.
 */
export class LabelMap<Value> {
  readonly #kinds = new Map<FeedKind, Map<string, Value>>()

  get({ kind, id }: Pick<Label, 'kind' | 'id'>): Value | undefined {
    return this.#kinds.get(kind)?.get(id)
  }

  set({ kind, id }: Pick<Label, 'kind' | 'id'>, value: Value): void {
    const known = this.#kinds.get(kind)
    if (known) known.set(id, value)
    else this.#kinds.set(kind, new Map([[id, value]]))
  }

  delete({ kind, id }: Pick<Label, 'kind' | 'id'>): void {
    this.#kinds.get(kind)?.delete(id)
  }

  get size(): number {
    let size = 0
    for (const values of this.#kinds.values()) size += values.size
    return size
  }
}
