import type { IncomingMessage } from 'node:http'
import { Fault } from '@protectmyapi/service-kit/faults'
import { hasBody } from '@protectmyapi/service-kit/http/has-body'
import { parseStrictJson } from '@protectmyapi/service-kit/http/strict-json'

/** A secret's value of 64 KiB, every byte escaped as six characters of JSON, would be 384 KiB; one in plain text fits. */
const BODY_BYTES_MAX = 256 * 1024

const JSON_TYPE = /^application\/json(?:\s*;\s*charset="?utf-8"?)?$/i

/**
 * The body as JSON, or undefined where there is none.
 *
 * @throws Fault UNSUPPORTED_MEDIA_TYPE, TOO_LARGE, or INVALID_REQUEST saying where.
 */
export async function readBody(request: IncomingMessage): Promise<unknown> {
  if (!hasBody(request)) return undefined
  const { 'content-type': type, 'content-encoding': encoding } = request.headers
  if (!JSON_TYPE.test(type ?? '')) throw new Fault('UNSUPPORTED_MEDIA_TYPE', 'content type of the body')
  if (encoding !== undefined && encoding !== 'identity') {
    throw new Fault('UNSUPPORTED_MEDIA_TYPE', 'content encoding of the body', {
      say: 'Send the body without Content-Encoding.',
    })
  }
  const bytes = await readBounded(request)
  return bytes.length === 0 ? undefined : parseStrictJson(decode(bytes))
}

async function readBounded(request: IncomingMessage): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > BODY_BYTES_MAX) throw tooLarge()
  const chunks: Buffer[] = []
  let total = 0
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) throw new Error('the request has an encoding set')
    total += chunk.length
    if (total > BODY_BYTES_MAX) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function decode(bytes: Buffer): string {
  try {
    // A byte order mark stays in, and is refused as any other stray character.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    const detail = 'The body is not UTF-8.'
    throw new Fault('INVALID_REQUEST', 'the body is not UTF-8', {
      cause,
      say: detail,
      errors: [{ pointer: '', detail }],
    })
  }
}

/** The rest stays unread, so the connection is of no further use. */
function tooLarge(): Fault {
  return new Fault('TOO_LARGE', `body over ${BODY_BYTES_MAX} bytes`, {
    say: `The body is larger than ${BODY_BYTES_MAX / 1024} KiB. Send less.`,
    headers: { connection: 'close' },
  })
}
