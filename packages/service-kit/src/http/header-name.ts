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
  'set-cookie',
  'forwarded',
  'via',
])
const RESERVED_PREFIXES = ['x-forwarded-', 'pma-', 'sec-', 'access-control-']

/** A field's name as servers compare them: many (CGI, WSGI, nginx with a setting) treat `_` as `-`. */
export const foldHeaderName = (name: string): string => name.toLowerCase().replaceAll('_', '-')

/** What is wrong with a header field's name, or undefined. */
export function wrongHeaderName(name: string): string | undefined {
  if (!TOKEN.test(name)) return 'Give the name of a header field: letters, digits and hyphens.'
  const folded = foldHeaderName(name)
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
