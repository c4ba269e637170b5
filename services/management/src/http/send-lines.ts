import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Response } from 'express'
import type { z } from 'zod'

const LIMITS = {
  /** A reader that takes nothing for so long has gone. */
  stalledMs: 60_000,
  /** Pages made ahead of the reader. */
  pagesAhead: 1,
} as const

export const NDJSON = 'application/x-ndjson'

/**
 * Writes pages as NDJSON, as fast as the reader takes them. The first page is made before the head is sent, so what
 * fails at the start is a refusal like any other. What fails later cuts the connection: a chunked answer without its
 * last chunk is no end for any client of HTTP (RFC 9112 § 8).
 *
 * @throws what the pages throw, and nothing where the reader left; the response is destroyed by then if its head was sent.
 */
export async function sendLines(
  pages: AsyncIterable<readonly unknown[]>,
  schema: z.ZodType,
  response: Response,
): Promise<void> {
  const texts = toTexts(pages, schema)
  const first = await texts.next()
  response.set('content-type', NDJSON)
  response.setTimeout(LIMITS.stalledMs, () => response.destroy())
  try {
    await pipeline(Readable.from(firstThenRest(first, texts), { highWaterMark: LIMITS.pagesAhead }), response)
  } catch (thrown) {
    if (!readerLeft(thrown)) throw thrown
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
  try {
    if (first.done) return
    yield first.value
    yield* rest
  } finally {
    // Also where the reader went before the second page was asked for.
    await rest.return()
  }
}
