import { Fault } from '@protectmyapi/service-kit/faults'
import { nameMemo } from '../fields/name-memo.js'
import { type AppCredential, parseCredential } from './credential.js'
import { headerHoldsOurs, tokensIn, tokensInHeader } from './our-tokens.js'
import { filterQuery } from './raw-query.js'

/** A request's credential, and the rest of the request without it. */
export interface Identified {
  readonly credential: AppCredential
  /** Name, value, name, value … as they came, without credentials, cookies and `Pma-` fields. */
  readonly headers: readonly string[]
  readonly query: string | null
  readonly appVersion: string | null
}

/** Fields that are meant for the proxy alone. */
const OUR_FIELDS = /^pma[-_]/i
const COOKIE = /^cookie2?$/i
const APP_VERSION = 'pma-app-version'

type Kind = 'app-version' | 'dropped' | 'searched'

const kindOfOursOrCookie = nameMemo((name: string): Kind => {
  if (name.toLowerCase() === APP_VERSION) return 'app-version'
  return OUR_FIELDS.test(name) || COOKIE.test(name) ? 'dropped' : 'searched'
})

/** All other names begin with neither P nor C: they are looked up nowhere. */
function kindOf(name: string): Kind {
  const first = name.charCodeAt(0) | LOWER_CASE
  return first === LETTER_P || first === LETTER_C ? kindOfOursOrCookie(name) : 'searched'
}

const LOWER_CASE = 0x20
const LETTER_P = 0x70
const LETTER_C = 0x63

/**
 * Goes into the access log, so it is short and holds nothing that could break a line. One that holds a token is left out:
 * members read the log.
 */
const APP_VERSION_VALUE = /^[\x21-\x7e]{1,64}$/

/**
 * Finds the app's credential wherever an SDK puts a key: any header value, any query value, or either part of Basic.
 * The fields and pairs that held it are left out of what is passed on, and so are cookies and `Pma-` fields.
 *
 * @throws Fault UNAUTHORIZED where there is none, INVALID_REQUEST where there are two that differ, INVALID_TOKEN.
 */
export function identify(rawHeaders: readonly string[], query: string | null): Identified {
  const found: string[] = []
  const headers: string[] = []
  let appVersion: string | null = null
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? ''
    const value = rawHeaders[at + 1] ?? ''
    const kind = kindOf(name)
    if (kind === 'app-version' && APP_VERSION_VALUE.test(value) && !headerHoldsOurs(value)) appVersion = value
    if (kind !== 'searched') continue
    const tokens = tokensInHeader(value)
    if (tokens.length === 0) headers.push(name, value)
    else found.push(...tokens)
  }
  const kept = query === null ? null : queryWithout(query, found)
  return { credential: onlyOne(found), headers, query: kept, appVersion }
}

function queryWithout(query: string, found: string[]): string | null {
  return filterQuery(query, (name, value) => {
    const tokens = [...tokensIn(name), ...tokensIn(value)]
    found.push(...tokens)
    return tokens.length === 0
  })
}

function onlyOne(found: readonly string[]): AppCredential {
  const [token] = found
  if (token === undefined) throw new Fault('UNAUTHORIZED', 'no credential of ours in the request')
  if (found.some((other) => other !== token)) {
    const detail = 'The request contains two different credentials. Send only one app session or app token.'
    throw new Fault('INVALID_REQUEST', 'two different credentials', { say: detail })
  }
  return parseCredential(token)
}
