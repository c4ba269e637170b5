import type { Label } from './label.js'
/**
 * Values by what a label names. Two maps and no joined key: to join kind and id takes longer than both look-ups, and a
 * request asks some forty times.
 */
export declare class LabelMap<Value> {
  #private
  get({ kind, id }: Pick<Label, 'kind' | 'id'>): Value | undefined
  set({ kind, id }: Pick<Label, 'kind' | 'id'>, value: Value): void
  delete({ kind, id }: Pick<Label, 'kind' | 'id'>): void
}
