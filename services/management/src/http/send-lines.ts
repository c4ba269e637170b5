import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Response } from 'express'
import type { z } from 'zod'
import { takenInTime } from './taken-in-time.js'

/** What a reader may take. Tests set them low. */
export const LINE_BOUNDS = {
  /** A reader that takes nothing for so long has gone. */
  stalledMs: 60_000,
  /** And so has one who lets pages wait so long in all… */
  patienceMs: 60_000,
  /** …but for this much to each page, some 200 KB of an export: on the whole, 40 KB a second. */
  patiencePerPageMs: 5_000,
  /** Pages made ahead of the reader. */
  pagesAhead: 1,
} as const

type LineBounds = Readonly<Record<keyof typeof LINE_BOUNDS, number>>

export const NDJSON = 'application/x-ndjson'

/**
 * Writes pages as NDJSON, as fast as the reader takes them. The first page is made before the head is sent, so what
 * fails at the start is a refusal like any other. What fails later cuts the connection: a chunked answer without its
 * last chunk is no end for any client of HTTP (RFC 9112 § 8). So does a reader who is too slow on the whole: pages hold
 * what others wait for, and a byte a minute is no silence.
 *
 * @throws what the pages throw, and nothing where the reader left; the response is destroyed by then if its head was sent.
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
    // Wherever the reader left: before the first page was taken, too.
    await texts.return()
  }
}

const readerLeft = (thrown: unknown): boolean =>
  thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_STREAM_PREMATURE_CLOSE'

type Texts = AsyncGenerator<string, void, undefined>

/** Each item through its schema: a field that is not declared stays private here too. */
async function* toTexts(pages: AsyncIterable<readonly unknown[]>, schema: z.ZodType): Texts {
  for await (const page of pages) yield page.map((item) => `${JSON.stringify(schema.parse(item))}\n`).join('')
}

async function* firstThenRest(first: IteratorResult<string, void>, rest: Texts): Texts {
  if (first.done) return
  yield first.value
  yield* rest
}
