import type { IncomingHttpHeaders } from 'node:http'
import { Fault } from '../faults.js'
import { parseStrictJson } from './strict-json.js'

const JSON_TYPE = /^application\/json(?:\s*;\s*charset="?utf-8"?)?$/i

/** @throws Fault UNSUPPORTED_MEDIA_TYPE where a body is said to be anything but JSON, in UTF-8, as it is. */
export function refuseUnlessJson({
  'content-type': type,
  'content-encoding': encoding,
}: Pick<IncomingHttpHeaders, 'content-type' | 'content-encoding'>): void {
  if (!JSON_TYPE.test(type ?? '')) throw new Fault('UNSUPPORTED_MEDIA_TYPE', 'content type of the body')
  if (encoding !== undefined && encoding !== 'identity') {
    throw new Fault('UNSUPPORTED_MEDIA_TYPE', 'content encoding of the body', {
      say: 'Send the body without Content-Encoding.',
    })
  }
}

/** @throws Fault INVALID_REQUEST saying where. */
export function parseJsonBody(bytes: Buffer): unknown {
  return parseStrictJson(decode(bytes))
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
