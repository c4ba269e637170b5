import type { Authority } from '../access/authority.js'

/** Who does something. */
export interface Actor {
  readonly kind: 'user' | 'system' | 'device'
  readonly id: string
  readonly requestId: string | null
  /** Id of the personal access token that the person acted by. */
  readonly token?: string | null
  /** Of a person's request: what it rests on, asked after where it commits. */
  readonly authority?: Authority
}

/** What was done: names and ids alone, never a value, a token or a mask. */
export interface AuditEntry {
  readonly organizationId: string | null
  /** `app.created`. */
  readonly event: string
  readonly targetId: string | null
  readonly details?: Readonly<Record<string, unknown>>
}

/** What the machinery does by itself: the reconciler, the drain, the first start. */
export const systemActor = (id: string): Actor => ({ kind: 'system', id, requestId: null })
