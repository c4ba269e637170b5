/** RFC 9110 § 5.6.2: token. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,128}$/

/**
 * Fields by which a client chooses the encoding of an answer. If the answer is searched for a key, the client may not
 * choose.
 */
export const ENCODING_FIELDS: ReadonlySet<string> = new Set([
  'accept-encoding',
  'accept-charset',
  // RFC 3229.
  'a-im',
  'grpc-accept-encoding',
  'connect-accept-encoding',
  'x-goog-encode-response-if-executable',
])

/**
 * Fields that nobody may set for a service and to which no secret may be bound: those for framing, routing and
 * connection handling, a browser's state, the description of the body, the encoding of the answer, and what proxies say
 * of each other.
 */
const RESERVED = new Set([
  ...ENCODING_FIELDS,
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'upgrade',
  'expect',
  'proxy-connection',
  'proxy-authorization',
  'proxy-authenticate',
  'content-type',
  'content-encoding',
  'cookie',
  'cookie2',
  'set-cookie',
  'http2-settings',
  'forwarded',
  'via',
  'x-real-ip',
  'x-original-url',
  'x-original-uri',
  'x-rewrite-url',
])
const RESERVED_PREFIXES = ['x-forwarded-', 'pma-', 'sec-', 'access-control-']

const ESCAPED = /%([0-9a-f]{2})/gi

/**
 * A field's name as some server may compare it. CGI (RFC 3875 § 4.1.18) reads `x_api_key` and `X-Api-Key` as one
 * variable, and some servers map `x.api.key` to it too. So any character that is not a letter or digit counts as the same
 * character here. An escape, which a name may hold (RFC 9110 § 5.6.2), is decoded, as some server might do.
 */
export function foldHeaderName(name: string): string {
  const plain = name.replace(ESCAPED, (_escape, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return plain.toLowerCase().replace(/[^a-z0-9]/g, '-')
}

/** What is wrong with a header field's name, or undefined. */
export function wrongHeaderName(name: string): string | undefined {
  if (!TOKEN.test(name)) return 'Give the name of a header field: letters, digits and hyphens.'
  // Some servers drop or join the characters between the words, and so take `content..length.` for framing.
  const folded = foldHeaderName(name).replace(/-+/g, '-').replace(/^-|-$/g, '')
  if (RESERVED.has(folded) || RESERVED_PREFIXES.some((prefix) => folded.startsWith(prefix))) {
    return `${name} cannot be set: it belongs to the connection, the body, the client, or what an answer is encoded in.`
  }
  return undefined
}

/** RFC 9110 § 5.5: visible characters, space, tab and obs-text (ISO-8859-1). CR, LF and NUL would end the field. */
const FIELD_TEXT = /^[\t\x20-\x7e\x80-\xff]*$/

/** What is wrong with literal text of a header field, or undefined. */
export function wrongHeaderText(text: string): string | undefined {
  if (FIELD_TEXT.test(text)) return undefined
  return 'A header field may not contain line breaks, control characters or characters beyond ISO-8859-1.'
}
