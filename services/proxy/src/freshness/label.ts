import type { FeedKind__Output } from '@protectmyapi/protos/generated/directory/v1/FeedKind'

/** What kind of thing a feed row is about. */
export type FeedKind = FeedKind__Output

/** What a held thing rests on. The thing falls when the feed overtakes any of its labels (FENCE, LABEL). */
export interface Label {
  readonly kind: FeedKind
  readonly id: string
  readonly generation: number
}

/** Identifies a label's floor. Injective, because no kind holds a colon. */
export function labelKey({ kind, id }: Pick<Label, 'kind' | 'id'>): string {
  return `${kind}:${id}`
}
