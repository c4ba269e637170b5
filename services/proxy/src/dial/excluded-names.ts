import { extensionsWith, inside, tagged } from '@protectmyapi/service-kit/x509/der'

/** 2.5.29.30, NameConstraints (RFC 5280 § 4.2.1.10). */
const NAME_CONSTRAINTS = Buffer.from('551d1e', 'hex')

/** Of NameConstraints and GeneralName (RFC 5280 §§ 4.2.1.6, 4.2.1.10). */
const TAGS = {
  permittedSubtrees: 0xa0,
  excludedSubtrees: 0xa1,
  dnsName: 0x82,
  otherNames: [0xa0, 0x81, 0xa3, 0xa4, 0xa5, 0x86, 0x87, 0x88],
} as const

/** Some certificates put a dot in front. */
const HOST_NAME = /^\.?(?:[a-z0-9_-]+\.)*[a-z0-9_-]*$/i

/**
 * Host names that nothing signed by this authority may have, read from its certificate in DER; Node does not expose
 * constraints.
 *
 * @throws Error for what is not DER, and for an excluded name that no host can have, because it would exclude nobody.
 */
export function excludedNames(certificate: Buffer): readonly string[] {
  return extensionsWith(NAME_CONSTRAINTS, certificate)
    .flatMap(inside)
    .map((subtrees) => tagged(subtrees, TAGS.permittedSubtrees, TAGS.excludedSubtrees))
    .filter(({ tag }) => tag === TAGS.excludedSubtrees)
    .flatMap(inside)
    .map((subtree) => tagged(inside(subtree).at(0), TAGS.dnsName, ...TAGS.otherNames))
    .filter(({ tag }) => tag === TAGS.dnsName)
    .map(({ content }) => hostName(content.toString('latin1')))
}

function hostName(name: string): string {
  if (!HOST_NAME.test(name) || name.endsWith('.')) throw new Error('an excluded name that no host has')
  return name
}
