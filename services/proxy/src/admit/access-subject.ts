import type { AccessSubject } from '@protectmyapi/protos/generated/directory/v1/AccessSubject'
import type { AccessRequest } from './admission.js'

const LIMITS = {
  /** As the contract says. */
  pathBytesMax: 512,
  methodCharsMax: 32,
  addressCharsMax: 64,
  appVersionCharsMax: 64,
} as const

/** Who asked for what, for the record. Never a query: keys travel there. */
export function accessSubject({ route, method, path, sourceAddress, appVersion }: AccessRequest): AccessSubject {
  return {
    appId: route.appId,
    serviceId: route.serviceId,
    deviceId: route.deviceId ?? '',
    sessionId: route.sessionId ?? '',
    secrets: [...route.secrets.values()],
    method: plain(method).slice(0, LIMITS.methodCharsMax),
    path: cutBytes(plain(path.split('?', 1)[0] ?? ''), LIMITS.pathBytesMax),
    sourceAddress: plain(sourceAddress).slice(0, LIMITS.addressCharsMax),
    platform: route.platform,
    appVersion: plain(appVersion ?? '').slice(0, LIMITS.appVersionCharsMax),
    unattested: route.unattested,
  }
}

/** One entry that Postgres cannot store (NUL in JSON, a lone surrogate) would hold up all that wait behind it. */
function plain(text: string): string {
  return Buffer.from(text, 'utf8')
    .toString('utf8')
    .replace(/\p{Cc}/gu, '�')
}

/** At a character's border. */
function cutBytes(text: string, bytesMax: number): string {
  const bytes = Buffer.from(text, 'utf8')
  if (bytes.length <= bytesMax) return text
  let end = bytesMax
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1
  return bytes.subarray(0, end).toString('utf8')
}
