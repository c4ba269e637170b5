/** 2.5.29.30, NameConstraints (RFC 5280 § 4.2.1.10), DER without its head. */
const NAME_CONSTRAINTS = Buffer.from('551d1e', 'hex')

/** Tags of DER (RFC 5280 §§ 4.1, 4.2.1): of TBSCertificate, an extension, NameConstraints and GeneralName. */
const TAGS = {
  extensions: 0xa3,
  octetString: 0x04,
  permittedSubtrees: 0xa0,
  excludedSubtrees: 0xa1,
  dnsName: 0x82,
  otherNames: [0xa0, 0x81, 0xa3, 0xa4, 0xa5, 0x86, 0x87, 0x88],
} as const

/** The number of a tag whose number follows (X.690 § 8.1.2.4): in DER none of those here has one. */
const LONG_TAG = 0x1f

interface Element {
  readonly tag: number
  readonly content: Buffer
}

/**
 * Host names that nothing which this authority signs may have, from its certificate in DER; Node shows no constraints.
 * OpenSSL reads BER, which has more than one spelling of a name: whatever is not spelt as in DER is refused, never skipped.
 *
 * @throws Error for what is no DER.
 */
export function excludedNames(certificate: Buffer): readonly string[] {
  const [tbs] = inside(first(certificate))
  const constraints = inside(tbs)
    .filter(({ tag }) => tag === TAGS.extensions)
    .flatMap((extensions) => inside(first(extensions.content)))
    .map(inside)
    .filter(([id]) => id?.content.equals(NAME_CONSTRAINTS))
    .map((extension) => tagged(extension.at(-1), TAGS.octetString))
    .flatMap(({ content }) => inside(first(content)))
  return constraints
    .map((subtrees) => tagged(subtrees, TAGS.permittedSubtrees, TAGS.excludedSubtrees))
    .filter(({ tag }) => tag === TAGS.excludedSubtrees)
    .flatMap(inside)
    .map((subtree) => tagged(first(subtree.content), TAGS.dnsName, ...TAGS.otherNames))
    .filter(({ tag }) => tag === TAGS.dnsName)
    .map(({ content }) => content.toString('latin1'))
}

function tagged(element: Element | undefined, ...tags: readonly number[]): Element {
  if (!element || !tags.includes(element.tag)) throw new Error('a tag that does not belong there')
  return element
}

function first(bytes: Buffer | undefined): Element {
  const [element] = bytes === undefined ? [] : elements(bytes)
  if (!element) throw new Error('no element of DER')
  return element
}

const inside = (element: Element | undefined): Element[] => (element ? [...elements(element.content)] : [])

/** One after the other (X.690 § 8.1): a tag of one byte, a length of at most five, the content. */
function* elements(bytes: Buffer): Generator<Element> {
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes.readUInt8(at)
    if ((tag & LONG_TAG) === LONG_TAG) throw new Error('a tag of more than one byte')
    const short = bytes.readUInt8(at + 1)
    const more = short < 0x80 ? 0 : short - 0x80
    // Without a length (0x80), or with one that no certificate has: not DER.
    if (short === 0x80 || more > 4) throw new Error('a length that is not of DER')
    const length = more === 0 ? short : bytes.readUIntBE(at + 2, more)
    const start = at + 2 + more
    if (start + length > bytes.length) throw new Error('an element that goes on behind its end')
    yield { tag, content: bytes.subarray(start, start + length) }
    at = start + length
  }
}
