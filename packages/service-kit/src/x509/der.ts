/** One element of DER: a tag of one byte, and its content. */
export interface Element {
  readonly tag: number
  readonly content: Buffer
}

/** RFC 5280 § 4.1. */
const TAGS = { octetString: 0x04, extensions: 0xa3 } as const

/** The tag number that says the real number follows (X.690 § 8.1.2.4). No DER that is read here has such a tag. */
const LONG_TAG = 0x1f

/**
 * The values of a certificate's extensions of one kind, which Node does not expose in raw form. OpenSSL reads BER,
 * which has more than one encoding of a value, and ignores what follows a value; here both are refused.
 *
 * @param id its OID in DER, without the head.
 * @throws Error for what is not DER.
 */
export function extensionsWith(id: Buffer, certificate: Buffer): readonly Element[] {
  const [tbs] = inside(only(certificate))
  return inside(tbs)
    .filter(({ tag }) => tag === TAGS.extensions)
    .flatMap(({ content }) => inside(only(content)))
    .map(inside)
    .filter(([found]) => found?.content.equals(id))
    .map((extension) => only(tagged(extension.at(-1), TAGS.octetString).content))
}

/** @throws Error where the element is missing or has none of these tags. */
export function tagged(element: Element | undefined, ...tags: readonly number[]): Element {
  if (!element || !tags.includes(element.tag)) throw new Error('a tag that does not belong there')
  return element
}

/** @throws Error for what is not DER. */
export const inside = (element: Element | undefined): Element[] => (element ? [...elements(element.content)] : [])

function only(bytes: Buffer): Element {
  const [element, another] = elements(bytes)
  if (!element) throw new Error('no element of DER')
  if (another) throw new Error('something behind an element of DER')
  return element
}

/** Consecutive elements (X.690 § 8.1): a tag of one byte, a length of at most five, the content. */
function* elements(bytes: Buffer): Generator<Element> {
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes.readUInt8(at)
    if ((tag & LONG_TAG) === LONG_TAG) throw new Error('a tag of more than one byte')
    const short = bytes.readUInt8(at + 1)
    const more = short < 0x80 ? 0 : short - 0x80
    // An indefinite length (0x80), or a longer one than any certificate has: not DER.
    if (short === 0x80 || more > 4) throw new Error('a length that is not of DER')
    const length = more === 0 ? short : bytes.readUIntBE(at + 2, more)
    // BER may write a length in more bytes than it needs, DER may not (X.690 § 10.1).
    if (more > 0 && length < (more === 1 ? 0x80 : 0x100 ** (more - 1))) throw new Error('a length that is not of DER')
    const start = at + 2 + more
    if (start + length > bytes.length) throw new Error('an element that goes on behind its end')
    yield { tag, content: bytes.subarray(start, start + length) }
    at = start + length
  }
}
