import { edgesV4, edgesV6, SPECIAL_RANGES_V4, SPECIAL_RANGES_V6 } from './special-ranges.js'

/**
 * Destinations that an administrator may enter and that must never be dialled: the first and last address of each
 * special-purpose range, IPv4 in the spellings that URL parsers and resolvers accept, IPv6 forms that carry IPv4, names
 * that mean the machine or the cluster, and URLs that look like a provider's. Some are not even URLs, which have to be
 * refused as well.
 */
export function hostileUrls(): readonly string[] {
  const urls = [
    ...SPECIAL_RANGES_V4.flatMap(([range]) => [edgesV4(range).first, edgesV4(range).last]).map(httpsOf),
    ...SPECIAL_RANGES_V6.flatMap(([range]) => [edgesV6(range).first, edgesV6(range).last]).map(bracketed),
    ...INTERNAL_V4.flatMap((address) => [
      ...spellingsOfV4(address).map(httpsOf),
      ...carriersOfV4(address).map(bracketed),
    ]),
    ...LOCAL_NAMES.map(httpsOf),
    ...DISGUISED,
  ]
  return [...new Set(urls)]
}

const httpsOf = (host: string): string => `https://${host}`
const bracketed = (address: string): string => `https://[${address}]`

const INTERNAL_V4 = ['127.0.0.1', '10.0.0.1', '172.16.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0']

/**
 * Decimal, octal, hexadecimal and short forms (WHATWG URL § 3.5, inet_aton), full-width digits, other dots, and the
 * root's trailing dot.
 */
export function spellingsOfV4(address: string): readonly string[] {
  const bytes = address.split('.').map(Number)
  const [a = 0, b = 0, c = 0, d = 0] = bytes
  const whole = ((a * 256 + b) * 256 + c) * 256 + d
  const octal = (value: number): string => `0${value.toString(8)}`
  const hex = (value: number): string => `0x${value.toString(16)}`
  const wide = (text: string): string =>
    text.replace(/[0-9]/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))).replaceAll('.', '\uff0e')
  return [
    `${address}.`,
    `${address}..`,
    String(whole),
    octal(whole),
    hex(whole),
    bytes.map(octal).join('.'),
    bytes.map((byte) => `00000${byte.toString(8)}`).join('.'),
    bytes.map(hex).join('.'),
    bytes.map((byte) => hex(byte).toUpperCase()).join('.'),
    `${hex(a)}.${octal(b)}.${c}.${d}`,
    `${a}.${b * 65_536 + c * 256 + d}`,
    `${a}.${b}.${c * 256 + d}`,
    wide(address),
    address.replaceAll('.', '\u3002'),
    address.replaceAll('.', '\uff61'),
    address.replaceAll('.', '%2e'),
    address.replace(/[0-9]/g, (digit) => `%3${digit}`),
    // Ignored by UTS 46: zero-width space and word joiner, soft hyphen, variation selector.
    `${address}\u200b`,
    address.replace('.', '.\u2060'),
    address.replace('.', '\u00ad.'),
    `${address}\ufe0f`,
    `${address}:443`,
    `${address}:8443`,
  ]
}

/** IPv6 addresses that lead, or once led, to an IPv4 address. */
export function carriersOfV4(address: string): readonly string[] {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number)
  const [high, low] = [hextet(a, b), hextet(c, d)]
  return [
    `::ffff:${address}`,
    `::ffff:${high}:${low}`,
    `0:0:0:0:0:ffff:${high}:${low}`,
    `::${address}`,
    `::ffff:0:${address}`,
    `64:ff9b::${address}`,
    `64:ff9b::${high}:${low}`,
    // RFC 6052 § 2.2: in a /48 the IPv4 address is placed around the eighth byte.
    `64:ff9b:1:${high}:${hextet(0, c)}:${hextet(d, 0)}::`,
    `64:ff9b:1::${address}`,
    `2002:${high}:${low}::`,
    `2002:${high}:${low}::1`,
    // Teredo contains its client's address with every bit inverted.
    `2001:0:4136:e378:8000:63bf:${hextet(a ^ 0xff, b ^ 0xff)}:${hextet(c ^ 0xff, d ^ 0xff)}`,
    `2001:0:${high}:${low}::1`,
  ]
}

const hextet = (high: number, low: number): string => (high * 256 + low).toString(16)

/** RFC 6761, RFC 6762 with its appendix G, RFC 8375, RFC 9476, and names of clouds and clusters. */
const LOCAL_NAMES = [
  'localhost',
  'LOCALHOST',
  'LocalHost.',
  'localhost..',
  'localhost:443',
  'a.localhost',
  'a.localhost.',
  'ⓛⓞⓒⓐⓛⓗⓞⓢⓣ',
  'local\u200bhost',
  'local\u00adhost',
  'l\u2060ocalhost',
  'ｌｏｃａｌｈｏｓｔ',
  'a。localhost',
  'loc%61lhost',
  'localhost.localdomain',
  'printer.local',
  'vault',
  'vault.',
  'vault.protectmyapi.svc',
  'vault.protectmyapi.svc.cluster.local',
  'vault.protectmyapi.svc.cluster.local.',
  'kubernetes.default.svc',
  'kubernetes.default',
  'kube-dns.kube-system.',
  '10-0-0-1.default.pod',
  'vault.service.consul',
  'metadata.google.internal',
  'METADATA.google.INTERNAL.',
  'instance-data.ec2.internal',
  'metadata.goog',
  'metadata.packet.net',
  'Metadata.PlatformEquinix.com.',
  'metadata.tencentyun.com',
  'host.docker.internal',
  'router.home.arpa',
  'nas.lan',
  'wiki.intranet',
  'wiki.corp',
  'nas.home',
  'db.private',
  'hidden.onion',
  'name.alt',
  'name.invalid',
  'name.test',
  'a..example.com',
  '.example.com',
  'example.com..',
  'a_b.c d.example',
  '*.example.com',
  '-.example.com',
  `${'a'.repeat(64)}.example.com`,
  `${'a.'.repeat(127)}example.com`,
] as const

const DISGUISED = [
  'https://api.openai.com@127.0.0.1',
  'https://api.openai.com:443@127.0.0.1/',
  'https://api.openai.com%40127.0.0.1',
  'https://127.0.0.1\\@api.openai.com',
  'https://127.0.0.1#@api.openai.com',
  'https://127.0.0.1?@api.openai.com',
  'https://127.0.0.1/@api.openai.com',
  'https://127.0.0.1;api.openai.com',
  'https://127.0.0.1,api.openai.com',
  'https://127.0.0.1%00.api.openai.com',
  'https://127.0.0.1%20.api.openai.com',
  'https://:@127.0.0.1',
  'https:127.0.0.1',
  'https:/127.0.0.1',
  'https:\\\\127.0.0.1',
  'https:///127.0.0.1',
  'ht\ntps://127.0.0.1',
  'https://127.0\t.0.1',
  ' https://127.0.0.1 ',
  'https://[::1%25lo]',
  'https://[fe80::1%25eth0]',
  'https://[fe80::1%eth0]',
  'https://[::1]:443',
  'https://[0:0:0:0:0:0:0:1]',
  'https://[0000::0001]',
  'http://api.openai.com',
  'http://8.8.8.8',
  'ftp://api.openai.com',
  'ws://api.openai.com',
  'wss://api.openai.com',
  'file:///etc/passwd',
  'data:text/plain,x',
  'javascript:alert(1)',
  'gopher://127.0.0.1:6379/_FLUSHALL',
  'unix:/var/run/docker.sock',
  'https://api.openai.com:0x1bb',
  'https://api.openai.com:65536',
  'https://',
  '//127.0.0.1',
  '127.0.0.1',
] as const
