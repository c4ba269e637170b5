import type { Authority } from '../access/authority.js'

/** Who does something. */
export interface Actor {
  readonly kind: 'user' | 'system' | 'device'
  readonly id: string
  readonly requestId: string | null
  /** Id of the personal access token that the person acted by. */
  readonly token?: string | null
  /** For a person's request: what it rests on, checked again where it commits. */
  readonly authority?: Authority
}

/** What was done: only names and ids, never a value, a token or a mask. */
export interface AuditEntry {
  readonly organizationId: string | null
  /** `app.created`. */
  readonly event: string
  readonly targetId: string | null
  readonly details?: Readonly<Record<string, unknown>>
}

/** The actor of what the system does by itself: the reconciler, the drain, the first start. */
export const systemActor = (id: string): Actor => ({ kind: 'system', id, requestId: null })
