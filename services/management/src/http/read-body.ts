import type { IncomingMessage } from 'node:http'
import { Fault } from '@protectmyapi/service-kit/faults'
import { hasBody } from '@protectmyapi/service-kit/http/has-body'
import { parseJsonBody, refuseUnlessJson } from '@protectmyapi/service-kit/http/json-body'

/** A secret's value of 64 KiB fits as plain text, though not if JSON escapes each byte by six characters (384 KiB). */
const BODY_BYTES_MAX = 256 * 1024

/**
 * The body as JSON, or undefined where there is none.
 *
 * @throws Fault UNSUPPORTED_MEDIA_TYPE, TOO_LARGE, or INVALID_REQUEST that says where the mistake is.
 */
export async function readBody(request: IncomingMessage): Promise<unknown> {
  if (!hasBody(request)) return undefined
  refuseUnlessJson(request.headers)
  const bytes = await readBounded(request)
  return bytes.length === 0 ? undefined : parseJsonBody(bytes)
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

/** Closes the connection: the rest of the body stays unread, so no further request can be read from it. */
function tooLarge(): Fault {
  return new Fault('TOO_LARGE', `body over ${BODY_BYTES_MAX} bytes`, {
    say: `The body is larger than ${BODY_BYTES_MAX / 1024} KiB. Send less.`,
    headers: { connection: 'close' },
  })
}
