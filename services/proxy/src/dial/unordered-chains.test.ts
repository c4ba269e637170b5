import type { AddressInfo } from 'node:net'
import { createServer } from 'node:tls'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { type Chain, issueChain, issueDecoy, type Link } from '@protectmyapi/dev-kit/certificates/certificate-chain'
import { closeAfterEach } from '@protectmyapi/dev-kit/close-after-each'
import { privateUpstreams } from '@protectmyapi/service-kit/destinations/upstream-url'
import { asFault } from '@protectmyapi/service-kit/faults'
import { createDialler, type Dial } from './dialler.js'

const DAY_MS = 86_400_000
const LIVES: readonly [string, number, number][] = [
  ['over', -2, -1],
  ['to come', 1, 2],
  ['now', -1, 1],
]

const HOST = 'api.provider.example'
const authority = (commonName: string): Link => ({ commonName, isAuthority: true })
const wildcard: Link = { dnsNames: ['*.provider.example'] }
const excluding = (commonName: string): Link => ({ ...authority(commonName), excludedName: HOST })
const middles = (count: number): Link[] => Array.from({ length: count }, (_, at) => authority(`Middle ${at}`))

/** Each is wrong because of a certificate above its leaf, in whatever order the certificates come. */
const WRONG: Readonly<Record<string, readonly [Link, ...Link[]]>> = {
  'a name excluded by an authority': [authority('Root 1'), excluding('Excluding'), authority('Below'), wildcard],
  'an RSA key of 2047 bits': [
    authority('Root 2'),
    { ...authority('Weak'), rsaBits: 2047 },
    authority('Below'),
    { dnsNames: [HOST] },
  ],
  'eleven certificates': [authority('Root 3'), ...middles(9), { dnsNames: [HOST] }],
}

describe('a provider’s chain that comes out of order or with other certificates', () => {
  const atEnd = closeAfterEach()
  let wrong: ReadonlyMap<string, Chain>
  let excludedBelowRoot: Chain
  let excludedByRoot: Chain
  let right: Chain
  let dial: Dial
  beforeAll(async () => {
    const issued = Object.entries(WRONG).map(async ([name, links]) => [name, await issueChain(...links)] as const)
    wrong = new Map(await Promise.all(issued))
    excludedBelowRoot = await issueChain(authority('Root 4'), excluding('Excluding'), wildcard)
    excludedByRoot = await issueChain(excluding('Root 5'), wildcard)
    right = await issueChain(authority('Root 6'), ...middles(2), wildcard)
    dial = createDialler({
      exempt: privateUpstreams([HOST]),
      extraCaPem: [...wrong.values(), excludedBelowRoot, excludedByRoot, right].map(({ rootPem }) => rootPem).join(''),
      resolveName: () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]),
    })
  })

  async function outcome(cert: string, { keyPem }: Chain): Promise<string> {
    const server = createServer({ cert, key: keyPem, ciphers: 'DEFAULT@SECLEVEL=0' }, (socket) => {
      socket.on('error', () => {})
    })
    server.on('tlsClientError', () => {})
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    atEnd(() => server.close())
    const { port } = server.address() as AddressInfo
    return dial(new URL(`https://${HOST}:${port}`)).then(
      (socket) => {
        socket.destroy()
        return 'connected'
      },
      (err: unknown) => asFault(err).code,
    )
  }

  it.each(Object.keys(WRONG))('is refused for %s even if its authorities come in reverse order', async (name) => {
    const chain = wrong.get(name)
    if (!chain) throw new Error(`no chain has ${name}`)
    expect(await outcome(reversed(chain), chain)).toBe('UPSTREAM_UNREACHABLE')
  })

  it.each(LIVES)(
    'is refused for an excluded name, though a decoy shows the authority’s name and key (the decoy’s life: %s)',
    async (_life, from, to) => {
      const [leaf = '', excludes = ''] = certificates(excludedBelowRoot.certPem)
      const decoy = await decoyOf(excludes, from, to)
      expect(await outcome(leaf + decoy + excludes, excludedBelowRoot)).toBe('UPSTREAM_UNREACHABLE')
    },
  )

  it.each(LIVES)(
    'is refused for a name that the root excludes, though a decoy shows its name and key (the decoy’s life: %s)',
    async (_life, from, to) => {
      const decoy = await decoyOf(excludedByRoot.rootPem, from, to)
      expect(await outcome(excludedByRoot.certPem + decoy, excludedByRoot)).toBe('UPSTREAM_UNREACHABLE')
    },
  )

  it('is accepted if it is valid, be it in reverse, with its root, or with authorities of another chain', async () => {
    const weak = wrong.get('an RSA key of 2047 bits')
    for (const cert of [reversed(right), right.certPem + right.rootPem, right.certPem + weak?.certPem])
      expect(await outcome(cert, right)).toBe('connected')
  })
})

const certificates = (pem: string): string[] => pem.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----\n/g) ?? []

function reversed({ certPem }: Chain): string {
  const [leaf = '', ...authorities] = certificates(certPem)
  return leaf + authorities.reverse().join('')
}

const decoyOf = (authorityPem: string, fromDays: number, toDays: number): Promise<string> =>
  issueDecoy(authorityPem, new Date(Date.now() + fromDays * DAY_MS), new Date(Date.now() + toDays * DAY_MS))
