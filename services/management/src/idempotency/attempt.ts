import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { joinInjectively } from '@protectmyapi/service-kit/bytes'
import { badField } from '@protectmyapi/service-kit/http/validate'
import { canonicalJson } from '../http/canonical-json.js'
import type { AnyCall, Route } from '../http/route.js'
import { IDEMPOTENCY_LIMITS } from './idempotency-limits.js'

/** What identifies one request with an `Idempotency-Key`. */
export interface Attempt {
  readonly userId: string
  readonly keyHash: Buffer
  readonly fingerprint: Buffer
}

/** Keys belong to a person: the same key sent by two people is two keys. */
export function attemptOf(route: Route, call: AnyCall, headers: IncomingHttpHeaders): Attempt | undefined {
  const key = readKey(headers['idempotency-key'])
  if (key === undefined || !route.once || !call.principal) return undefined
  const { org: _, ...params } = call.params
  return {
    userId: call.principal.userId,
    keyHash: sha256(key),
    // By the organization's id, so that a path with its slug is the same request. The body counts as it was parsed.
    fingerprint: sha256(
      joinInjectively([
        route.method,
        route.path,
        call.org?.id ?? '',
        canonicalJson(params),
        canonicalJson(call.query),
        canonicalJson(route.once.compared(call.body)),
      ]),
    ),
  }
}

const KEY = /^[\x21-\x7e]+$/

function readKey(key: string | string[] | undefined): string | undefined {
  if (key === undefined) return undefined
  if (typeof key === 'string' && key.length <= IDEMPOTENCY_LIMITS.keyCharsMax && KEY.test(key)) return key
  throw badField(
    'idempotency-key',
    `Give 1 to ${IDEMPOTENCY_LIMITS.keyCharsMax} printable characters without spaces, such as a UUID.`,
  )
}

const sha256 = (bytes: string | Buffer): Buffer => createHash('sha256').update(bytes).digest()
