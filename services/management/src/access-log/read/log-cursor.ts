import { badField } from '@protectmyapi/service-kit/http/validate'

export interface LogCursor {
  readonly atMs: number
  readonly requestId: string
}

const CURSOR = /^(\d{1,15})\.([A-Za-z0-9_-]{1,64})$/

export const cursorOf = ({ atMs, requestId }: LogCursor): string => `${atMs}.${requestId}`

/** @throws Fault INVALID_REQUEST. */
export function parseCursor(text: string): LogCursor {
  const [, at, requestId] = CURSOR.exec(text) ?? []
  if (at === undefined || requestId === undefined) throw badField('cursor', 'Give the cursor as `next` named it.')
  return { atMs: Number(at), requestId }
}
