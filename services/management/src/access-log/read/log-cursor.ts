export interface LogCursor {
  readonly atMs: number
  readonly requestId: string
}

const CURSOR = /^(\d{1,15})\.([A-Za-z0-9_-]{1,64})$/

export const isLogCursor = (text: string): boolean => CURSOR.test(text)

export const cursorOf = ({ atMs, requestId }: LogCursor): string => `${atMs}.${requestId}`

/** @param text is a valid cursor. */
export function parseCursor(text: string): LogCursor {
  const [, at, requestId = ''] = CURSOR.exec(text) ?? []
  return { atMs: Number(at), requestId }
}
