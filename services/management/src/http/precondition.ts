import type { IncomingHttpHeaders } from 'node:http'
import { Fault } from '@protectmyapi/service-kit/faults'
import { badField } from '@protectmyapi/service-kit/http/validate'
import { etagOf } from './etag.js'

/**
 * Checks `If-Match` and `If-None-Match` against the state that a change is about to replace. A use case calls it under
 * the lock of its change. `current` gives the representation at that time, or undefined where the thing does not exist.
 *
 * @throws Fault PRECONDITION_FAILED.
 */
export type Precondition = (current: () => Promise<unknown>) => Promise<void>

/** Given as the current representation of something that exists but that no read shows with an ETag. */
export const WITHOUT_ETAG = Symbol('a representation without an ETag')

type Condition = '*' | readonly string[]

/** Both fields of a request, parsed. */
export interface Conditions {
  readonly ifMatch: Condition | undefined
  readonly ifNoneMatch: Condition | undefined
}

/** @throws Fault INVALID_REQUEST for a field that is no list of entity tags. */
export function readConditions(headers: IncomingHttpHeaders): Conditions {
  return { ifMatch: condition('if-match', headers), ifNoneMatch: condition('if-none-match', headers) }
}

/** For changes. `If-Match` is checked first (RFC 9110 § 13.2.2). */
export function preconditionOf({ ifMatch, ifNoneMatch }: Conditions): Precondition {
  return async (current) => {
    if (ifMatch === undefined && ifNoneMatch === undefined) return
    const shown = await current()
    if (ifMatch !== undefined && !matches(ifMatch, shown, strongly)) {
      throw failed(
        shown === WITHOUT_ETAG
          ? 'This resource has no ETag. Send the change without If-Match.'
          : 'It was changed or deleted after you read it. Read it again and repeat the change.',
      )
    }
    if (ifNoneMatch !== undefined && matches(ifNoneMatch, shown, weakly))
      throw failed('It exists already. To change it, send the request without If-None-Match.')
  }
}

/** For reads: `not-modified` where the client has this representation already. @throws Fault PRECONDITION_FAILED. */
export function readingOf({ ifMatch, ifNoneMatch }: Conditions, shown: unknown): 'modified' | 'not-modified' {
  if (ifMatch !== undefined && !matches(ifMatch, shown, strongly))
    throw failed('It has changed since: its ETag is not the one in If-Match. Read it again without If-Match.')
  return ifNoneMatch !== undefined && matches(ifNoneMatch, shown, weakly) ? 'not-modified' : 'modified'
}

/** An entity tag (RFC 9110 § 8.8.3): an optional `W/`, then a quoted text without quotes, spaces or controls. */
const TAG = /^(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/
const LIST = /(?:W\/)?"[^"]*"/g

function condition(name: 'if-match' | 'if-none-match', headers: IncomingHttpHeaders): Condition | undefined {
  const text = headers[name]?.trim()
  if (text === undefined) return undefined
  if (text === '*') return '*'
  const tags = text.match(LIST) ?? []
  // Empty members of a list are ignored (RFC 9110 § 5.6.1).
  const rest = text.replaceAll(LIST, '').replaceAll(/[ \t,]/g, '')
  if (tags.length === 0 || rest !== '' || !tags.every((tag) => TAG.test(tag)))
    throw badField(name, 'Give * or ETags as they were answered, in their quotes.')
  return tags
}

type Comparison = (tag: string, etag: string) => boolean

/** RFC 9110 § 8.8.3.2. A tag that comes back weak was changed on its way, so it no longer names an exact state. */
const strongly: Comparison = (tag, etag) => tag === etag
const weakly: Comparison = (tag, etag) => tag.replace(/^W\//, '') === etag

function matches(wanted: Condition, shown: unknown, same: Comparison): boolean {
  if (shown === undefined) return false
  if (wanted === '*') return true
  if (shown === WITHOUT_ETAG) return false
  const etag = etagOf(shown)
  return wanted.some((tag) => same(tag, etag))
}

const failed = (say: string): Fault => new Fault('PRECONDITION_FAILED', 'a condition of the request is false', { say })
