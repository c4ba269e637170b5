import type { IncomingHttpHeaders } from 'node:http'
import { Fault } from '../faults.js'
import { parseStrictJson } from './strict-json.js'

const JSON_TYPE = /^application\/json(?:\s*;\s*charset="?utf-8"?)?$/i

/** @throws Fault UNSUPPORTED_MEDIA_TYPE unless the body is declared as uncompressed JSON in UTF-8. */
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

/** @throws Fault INVALID_REQUEST naming the place. */
export function parseJsonBody(bytes: Buffer): unknown {
  return parseStrictJson(decode(bytes))
}

function decode(bytes: Buffer): string {
  try {
    // A byte order mark is kept, and refused like any other stray character.
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
