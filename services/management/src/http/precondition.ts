import type { IncomingHttpHeaders } from 'node:http'
import { Fault } from '@protectmyapi/service-kit/faults'
import { badField } from '@protectmyapi/service-kit/http/validate'
import { etagOf } from './etag.js'

/**
 * What `If-Match` and `If-None-Match` ask of the state that a change meets. A use case calls it under the lock of its
 * change, with the representation that is there then, or undefined where nothing is.
 *
 * @throws Fault PRECONDITION_FAILED.
 */
export type Precondition = (current: () => Promise<unknown>) => Promise<void>

/** What is there, for a condition, where no read shows it with an ETag. */
export const WITHOUT_ETAG = Symbol('a representation without an ETag')

type Condition = '*' | readonly string[]

/** Both fields of a request, read. */
export interface Conditions {
  readonly ifMatch: Condition | undefined
  readonly ifNoneMatch: Condition | undefined
}

/** @throws Fault INVALID_REQUEST for a field that is no list of entity tags. */
export function readConditions(headers: IncomingHttpHeaders): Conditions {
  return { ifMatch: condition('if-match', headers), ifNoneMatch: condition('if-none-match', headers) }
}

/** For changes. RFC 9110 § 13.2.2: `If-Match` first. */
export function preconditionOf({ ifMatch, ifNoneMatch }: Conditions): Precondition {
  return async (current) => {
    if (ifMatch === undefined && ifNoneMatch === undefined) return
    const shown = await current()
    if (ifMatch !== undefined && !matches(ifMatch, shown, strongly)) {
      throw failed(
        shown === WITHOUT_ETAG
          ? 'What this changes is shown with no ETag. Leave If-Match out.'
          : 'It was changed since you read it, or is gone. Read it again and repeat the change.',
      )
    }
    if (ifNoneMatch !== undefined && matches(ifNoneMatch, shown, weakly))
      throw failed('It exists already. Leave If-None-Match out to change it.')
  }
}

/** For reads: `not-modified` where the client has this representation already. @throws Fault PRECONDITION_FAILED. */
export function readingOf({ ifMatch, ifNoneMatch }: Conditions, shown: unknown): 'modified' | 'not-modified' {
  if (ifMatch !== undefined && !matches(ifMatch, shown, strongly))
    throw failed('It is not what If-Match names any more. Read it without the field.')
  return ifNoneMatch !== undefined && matches(ifNoneMatch, shown, weakly) ? 'not-modified' : 'modified'
}

/** RFC 9110 § 8.8.3: `W/` before a quoted text without quotes, spaces and controls. */
const TAG = /^(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/
const LIST = /(?:W\/)?"[^"]*"/g

function condition(name: 'if-match' | 'if-none-match', headers: IncomingHttpHeaders): Condition | undefined {
  const text = headers[name]?.trim()
  if (text === undefined) return undefined
  if (text === '*') return '*'
  const tags = text.match(LIST) ?? []
  // RFC 9110 § 5.6.1: empty members of a list are passed over.
  const rest = text.replaceAll(LIST, '').replaceAll(/[ \t,]/g, '')
  if (tags.length === 0 || rest !== '' || !tags.every((tag) => TAG.test(tag)))
    throw badField(name, 'Give * or ETags as they were answered, in their quotes.')
  return tags
}

type Comparison = (tag: string, etag: string) => boolean

/** RFC 9110 § 8.8.3.2: our tags are strong; one that came back weak was changed on its way, and names no exact state. */
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
