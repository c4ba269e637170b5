const LIMITS = {
  /** As the contract says. */
  pathBytesMax: 512,
  methodCharsMax: 32,
  addressCharsMax: 64,
  appVersionCharsMax: 64,
}
/** Who asked for what, for the record. Never a query: keys travel there. */
export function accessSubject({ route, method, path, sourceAddress, appVersion }) {
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
const secretLists = new WeakMap()
function secretsOf({ secrets }) {
  const known = secretLists.get(secrets)
  if (known) return known
  const list = [...secrets.values()]
  secretLists.set(secrets, list)
  return list
}
function withoutQuery(path) {
  const end = path.indexOf('?')
  return end === -1 ? path : path.slice(0, end)
}
const PRINTABLE_ASCII = /^[ -~]*$/
/** One entry that Postgres cannot store (NUL in JSON, a lone surrogate) would hold up all that wait behind it. */
function plain(text) {
  if (PRINTABLE_ASCII.test(text)) return text
  return Buffer.from(text, 'utf8')
    .toString('utf8')
    .replace(/\p{Cc}/gu, '�')
}
/** At a character's border. */
function cutBytes(text, bytesMax) {
  // A character is one to three bytes for each of its units.
  if (text.length * 3 <= bytesMax) return text
  const bytes = Buffer.from(text, 'utf8')
  if (bytes.length <= bytesMax) return text
  let end = bytesMax
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1
  return bytes.subarray(0, end).toString('utf8')
}
//# sourceMappingURL=access-subject.js.map
