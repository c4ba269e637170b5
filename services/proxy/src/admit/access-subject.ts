import type { AccessSubject } from '@protectmyapi/protos/generated/directory/v1/AccessSubject'
import type { GrantedSecret, Route } from '../routes/route.js'
import type { AccessRequest } from './admission.js'

const LIMITS = {
  /** Fixed by the contract. */
  pathBytesMax: 512,
  methodCharsMax: 32,
  addressCharsMax: 64,
  appVersionCharsMax: 64,
} as const

/** Who asked for what, for the record. The query is left out because it may carry keys. */
export function accessSubject({ route, method, path, sourceAddress, appVersion }: AccessRequest): AccessSubject {
  return {
    appId: route.appId,
    serviceId: route.serviceId,
    deviceId: route.deviceId ?? '',
    sessionId: route.sessionId ?? '',
    secrets: secretsOf(route),
    method: plain(method).slice(0, LIMITS.methodCharsMax),
    path: cutBytes(plain(withoutQuery(path)), LIMITS.pathBytesMax),
    sourceAddress: plain(sourceAddress).slice(0, LIMITS.addressCharsMax),
    platform: route.platform,
    appVersion: plain(appVersion ?? '').slice(0, LIMITS.appVersionCharsMax),
    unattested: route.unattested,
  }
}

/** One list for all requests of a route. */
const secretLists = new WeakMap<Route['secrets'], GrantedSecret[]>()

function secretsOf({ secrets }: Route): GrantedSecret[] {
  const known = secretLists.get(secrets)
  if (known) return known
  const list = [...secrets.values()]
  secretLists.set(secrets, list)
  return list
}

function withoutQuery(path: string): string {
  const end = path.indexOf('?')
  return end === -1 ? path : path.slice(0, end)
}

const PRINTABLE_ASCII = /^[ -~]*$/

/**
 * Replaces control characters and lone surrogates, because one entry that Postgres cannot store (NUL in JSON, a lone
 * surrogate) would hold up all that wait behind it.
 */
function plain(text: string): string {
  if (PRINTABLE_ASCII.test(text)) return text
  return Buffer.from(text, 'utf8')
    .toString('utf8')
    .replace(/\p{Cc}/gu, '�')
}

/** Cuts at a character boundary. */
function cutBytes(text: string, bytesMax: number): string {
  // Each UTF-16 unit takes at most three bytes.
  if (text.length * 3 <= bytesMax) return text
  const bytes = Buffer.from(text, 'utf8')
  if (bytes.length <= bytesMax) return text
  let end = bytesMax
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1
  return bytes.subarray(0, end).toString('utf8')
}
