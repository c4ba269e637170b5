import type { components } from '../generated/openapi.js'

type ProblemBody = components['schemas']['Problem']

/** A refusal by management (RFC 9457), or the lack of an answer. `message` says what to do. */
export class Problem extends Error {
  override readonly name = 'Problem'
  /** Undefined where no answer of management says it. */
  readonly code: ProblemBody['code'] | undefined
  /** Undefined where management has no other title than the code. */
  readonly title: string | undefined
  readonly status: number | undefined
  readonly requestId: string | undefined
  /** What is wrong with what was sent, one by one. */
  readonly details: readonly string[]
  /** Of each field that was refused, and of those that it stands in, such as `limits` and `limits.0.count`: what is wrong. */
  readonly fields: Readonly<Record<string, string>>

  constructor(body: Partial<ProblemBody>, status?: number) {
    super(body.detail ?? 'Management did not answer. Check your connection, and try again.')
    this.code = body.code
    this.title = body.title === body.code ? undefined : body.title
    this.status = status
    this.requestId = body.requestId
    this.details = (body.errors ?? []).map(({ detail }) => detail)
    this.fields = Object.fromEntries(
      (body.errors ?? []).flatMap(({ pointer, detail }) => pathsTo(pointer).map((path) => [path, detail])),
    )
  }

  /** Whether nobody is signed in (any more). */
  get isSignedOut(): boolean {
    return this.code === 'UNAUTHORIZED' || this.code === 'INVALID_TOKEN' || this.code === 'TOKEN_EXPIRED'
  }
}

/** `/limits/0/count` → `limits`, `limits.0`, `limits.0.count`. RFC 6901 escapes do not occur in our names of fields. */
function pathsTo(pointer: string): string[] {
  const parts = pointer.split('/').filter((part) => part !== '')
  return parts.map((_, at) => parts.slice(0, at + 1).join('.'))
}

/** Whatever else was thrown is a fault of the page, or the lack of one of its files after an upgrade. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown
  return new Problem({ title: 'This page has a fault', detail: 'Load it again.' })
}
