import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Response } from 'express'
import type { z } from 'zod'
import { takenInTime } from './taken-in-time.js'

/** Limits on a slow reader. Tests set them low. */
export const LINE_BOUNDS = {
  /** A reader that takes nothing for this long counts as gone. */
  stalledMs: 60_000,
  /** So does a reader that lets pages wait this long in total. */
  patienceMs: 60_000,
  /** Each page taken (some 200 KB of an export) gives this much of it back: 40 KB a second on average is enough. */
  patiencePerPageMs: 5_000,
  /** Pages that are made ahead of the reader. */
  pagesAhead: 1,
} as const

type LineBounds = Readonly<Record<keyof typeof LINE_BOUNDS, number>>

export const NDJSON = 'application/x-ndjson'

/**
 * Writes pages as NDJSON, as fast as the reader takes them. The first page is made before the head is sent, so a
 * failure at the start is answered as an ordinary refusal. A later failure cuts the connection: every HTTP client
 * treats a chunked answer without its last chunk as incomplete (RFC 9112 § 8). A reader that is too slow on the whole
 * is cut off too, because pages hold what others wait for, and `stalledMs` alone would not catch a byte a minute.
 *
 * @throws what the pages throw; nothing where the reader left. If the head was sent, the response is destroyed by then.
 */
export async function sendLines(
  pages: AsyncIterable<readonly unknown[]>,
  schema: z.ZodType,
  response: Response,
  bounds: LineBounds = LINE_BOUNDS,
): Promise<void> {
  const texts = toTexts(pages, schema)
  const first = await texts.next()
  response.set('content-type', NDJSON)
  response.setTimeout(bounds.stalledMs, () => response.destroy())
  const taken = takenInTime(firstThenRest(first, texts), bounds, () => response.destroy())
  try {
    await pipeline(Readable.from(taken, { highWaterMark: bounds.pagesAhead }), response)
  } catch (thrown) {
    if (!readerLeft(thrown)) throw thrown
  } finally {
    // At whatever point the reader left, even before the first page was taken.
    await texts.return()
  }
}

const readerLeft = (thrown: unknown): boolean =>
  thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_STREAM_PREMATURE_CLOSE'

type Texts = AsyncGenerator<string, void, undefined>

/** Passes each item through its schema, so that fields which are not declared stay private here too. */
async function* toTexts(pages: AsyncIterable<readonly unknown[]>, schema: z.ZodType): Texts {
  for await (const page of pages) yield page.map((item) => `${JSON.stringify(schema.parse(item))}\n`).join('')
}

async function* firstThenRest(first: IteratorResult<string, void>, rest: Texts): Texts {
  if (first.done) return
  yield first.value
  yield* rest
}
