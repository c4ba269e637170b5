import type { AddressInfo } from 'node:net'
import { createServer, type SecureVersion, type Server, type TLSSocket, type TlsOptions } from 'node:tls'
import { beforeAll, describe, expect, it } from '@jest/globals'
import {
  type Authority,
  createAuthority,
  type Issued,
  type IssueRequest,
} from '@protectmyapi/dev-kit/certificates/certificate-authority'
import { type Chain, issueChain, type Link } from '@protectmyapi/dev-kit/certificates/certificate-chain'
import { closeAfterEach } from '@protectmyapi/dev-kit/close-after-each'
import { privateUpstreams } from '@protectmyapi/service-kit/destinations/upstream-url'
import { asFault } from '@protectmyapi/service-kit/faults'
import { createDialler, type Dial } from './dialler.js'

const DAY_MS = 86_400_000

const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'
const NETSCAPE_SGC = '2.16.840.1.113730.4.1'
const MICROSOFT_SGC = '1.3.6.1.4.1.311.10.3.3'
const root: Link = { isAuthority: true }
const middle: Link = { commonName: 'A middle', isAuthority: true }
const leaf: Link = { dnsNames: ['provider.example'] }
const wildcard: Link = { dnsNames: ['*.provider.example'] }

const authorities = (count: number): Link[] =>
  Array.from({ length: count }, (_, at) => ({ ...middle, commonName: `Middle ${at}` }))

/** Each behind a trusted root of its own. */
const RIGHT_CHAINS: Readonly<Record<string, readonly [Link, ...Link[]]>> = {
  'an authority for servers between': [root, { ...middle, purposes: [SERVER_AUTH] }, leaf],
  'a leaf for servers and server gated crypto': [root, { ...leaf, purposes: [SERVER_AUTH, NETSCAPE_SGC] }],
  'RSA keys of 2048 bits': [{ ...root, rsaBits: 2048 }, leaf],
  'ten certificates': [root, ...authorities(8), leaf],
  'a wildcard for its label': [root, { dnsNames: ['*.provider.example', 'provider.example'] }],
}
const WRONG_CHAINS: typeof RIGHT_CHAINS = {
  'eleven certificates': [root, ...authorities(9), leaf],
  'an authority that is none': [root, { ...middle, isAuthority: false }, leaf],
  'an authority that may not sign': [root, { ...middle, mayNotSign: true }, leaf],
  'an authority too many': [root, { ...middle, pathLength: 0 }, { ...middle, commonName: 'One more' }, leaf],
  'an authority whose time is over': [root, { ...middle, notAfter: new Date(Date.now() - DAY_MS) }, leaf],
  'an authority for clients alone': [root, { ...middle, purposes: [CLIENT_AUTH] }, leaf],
  'an authority that may not vouch for this name': [root, { ...middle, excludedName: 'provider.example' }, leaf],
  'an authority with a condition that nobody knows': [root, { ...middle, isUnknown: true }, leaf],
  'a leaf for server gated crypto alone': [root, { ...leaf, purposes: [NETSCAPE_SGC] }],
  'an authority for server gated crypto alone': [root, { ...middle, purposes: [MICROSOFT_SGC] }, leaf],
  'a leaf for clients alone': [root, { ...leaf, purposes: [CLIENT_AUTH] }],
  'a leaf with a condition that nobody knows': [root, { ...leaf, isUnknown: true }],
  'a leaf whose RSA key has 1024 bits': [root, { ...leaf, rsaBits: 1024 }],
  'a root whose RSA key has 1024 bits': [{ ...root, rsaBits: 1024 }, leaf],
  'a leaf whose RSA key has 2047 bits': [root, { ...leaf, rsaBits: 2047 }],
  'an authority whose RSA key has 2047 bits': [root, { ...middle, rsaBits: 2047 }, leaf],
  'a root whose RSA key has 2047 bits': [{ ...root, rsaBits: 2047 }, leaf],
  'a leaf whose RSA key anybody has': [root, { ...leaf, rsaBits: 2048, rsaByAnybody: 'small' }],
  'an authority whose RSA key anybody has': [root, { ...middle, rsaBits: 2048, rsaByAnybody: 'small' }, leaf],
  'a leaf whose RSA key anybody has by a large exponent': [root, { ...leaf, rsaBits: 2048, rsaByAnybody: 'large' }],
  'an authority whose RSA key anybody has by a large exponent': [
    root,
    { ...middle, rsaBits: 2048, rsaByAnybody: 'large' },
    leaf,
  ],
  'an authority that excludes a name that no host has': [root, { ...middle, excludedName: 'other.example.' }, leaf],
  'a signature over SHA-1': [{ ...root, rsaBits: 2048, hash: 'SHA-1' }, leaf],
  'two bytes behind the names': [root, { ...leaf, behindNames: '0000' }],
  'other names behind the names': [root, { ...leaf, behindNames: '300e820c6f746865722e6578616d706c65' }],
  'a byte behind the names': [root, { ...leaf, behindNames: '00' }],
  'a name that goes on behind a NUL': [root, { dnsNames: ['provider.example\0.evil.example'] }],
}
/** For `api.provider.example`, which a wildcard covers. */
const RIGHT_WILDCARDS: typeof RIGHT_CHAINS = {
  'an excluded name elsewhere': [root, { ...middle, excludedName: 'other.example' }, wildcard],
  'an excluded name below one that it covers': [root, { ...middle, excludedName: 'a.b.provider.example' }, wildcard],
  'an excluded name beside it, and the name itself in the leaf': [
    root,
    { ...middle, excludedName: 'other.provider.example' },
    { dnsNames: ['*.provider.example', 'api.provider.example'] },
  ],
}
const WRONG_WILDCARDS: typeof RIGHT_CHAINS = {
  'the name excluded': [root, { ...middle, excludedName: 'api.provider.example' }, wildcard],
  'a sibling excluded, in other letters': [root, { ...middle, excludedName: 'Other.Provider.EXAMPLE' }, wildcard],
  'a sibling excluded two authorities above': [
    root,
    { ...middle, excludedName: 'other.provider.example' },
    { ...middle, commonName: 'One more' },
    wildcard,
  ],
  'something behind what is excluded': [
    root,
    { ...middle, excludedName: 'other.example', behindNames: '0000' },
    wildcard,
  ],
  'a sibling excluded by the root': [{ ...root, excludedName: 'other.provider.example' }, wildcard],
}

let authority: Authority
let other: Authority
let chains: ReadonlyMap<string, Chain>
let dial: Dial
beforeAll(async () => {
  authority = await createAuthority()
  other = await createAuthority('Another CA')
  const issued = Object.entries({ ...RIGHT_CHAINS, ...WRONG_CHAINS, ...RIGHT_WILDCARDS, ...WRONG_WILDCARDS }).map(
    async ([name, [first, ...links]]) =>
      [name, await issueChain({ commonName: `A root for ${name}`, ...first }, ...links)] as const,
  )
  chains = new Map(await Promise.all(issued))
  dial = newDialler([authority, ...chains.values()].map((trusted) => rootOf(trusted)).join(''))
})

const rootOf = (trusted: Authority | Chain): string => ('rootPem' in trusted ? trusted.rootPem : trusted.certPem)

function chain(name: string): Chain {
  const found = chains.get(name)
  if (!found) throw new Error(`no chain has ${name}`)
  return found
}

const atEnd = closeAfterEach()

interface Provider {
  readonly url: URL
  /** Bytes of requests that came through. */
  readonly heard: Buffer[]
  readonly secured: TLSSocket[]
}

/** A provider that counts what it hears. Its address is the loopback's, its name whatever the test dials. */
async function provider({ certPem, keyPem }: Issued, options: TlsOptions = {}): Promise<Provider> {
  const heard: Buffer[] = []
  const secured: TLSSocket[] = []
  const server: Server = createServer(
    { cert: certPem, key: keyPem, ciphers: 'DEFAULT@SECLEVEL=0', ...options },
    (socket) => {
      secured.push(socket)
      socket.on('error', () => {})
      socket.on('data', (bytes) => heard.push(bytes))
    },
  )
  server.on('tlsClientError', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  atEnd(() => {
    for (const socket of secured) socket.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { url: new URL(`https://provider.example:${port}`), heard, secured }
}

/** Reading the public authorities takes a quarter of a second, so all tests but one share a dialler. */
const newDialler = (extraCaPem?: string): Dial =>
  createDialler({
    exempt: privateUpstreams(['provider.example', 'api.provider.example', '127.0.0.1']),
    extraCaPem,
    resolveName: () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]),
  })

const issue = (request: IssueRequest = {}): Promise<Issued> =>
  authority.issue({ dnsNames: ['provider.example'], ...request })

async function dialled(url: URL): Promise<TLSSocket> {
  const socket = (await dial(url)) as TLSSocket
  atEnd(() => socket.destroy())
  socket.on('error', () => {})
  return socket
}

/** The socket is ended and not compared, because printing one never ends. */
async function outcome(url: URL, by: Dial = dial): Promise<string> {
  return by(url).then(
    (socket) => {
      socket.destroy()
      return 'connected'
    },
    (err: unknown) => asFault(err).code,
  )
}

describe('TLS with a provider', () => {
  it('connects over TLS 1.3 to a certificate with the right name and chain, and resumes no session', async () => {
    const { url } = await provider(await issue())
    const socket = await dialled(url)
    expect([socket.authorized, socket.isSessionReused(), socket.getProtocol()]).toEqual([true, false, 'TLSv1.3'])
  })

  it.each<[string, () => Promise<Issued>, string]>([
    ['another name', () => issue({ dnsNames: ['other.example'] }), 'provider.example'],
    ['a name in the subject alone', () => issue({ commonName: 'provider.example', dnsNames: [] }), 'provider.example'],
    [
      'a name in the subject, and addresses alone beside it',
      () => issue({ commonName: 'provider.example', dnsNames: [], ipAddresses: ['127.0.0.1'] }),
      'provider.example',
    ],
    [
      'a name in the subject, and an identity alone beside it',
      () => issue({ commonName: 'provider.example', dnsNames: [], spiffeId: 'spiffe://provider.example/x' }),
      'provider.example',
    ],
    ['an address in the subject', () => issue({ commonName: '127.0.0.1', dnsNames: [] }), '127.0.0.1'],
    ['the name of its parent', () => issue({ dnsNames: ['example'] }), 'provider.example'],
    ['a wildcard above its own label', () => issue({ dnsNames: ['*.example.com'] }), 'provider.example'],
    ['a wildcard for a part of a label', () => issue({ dnsNames: ['ap*.provider.example'] }), 'api.provider.example'],
    ['a wildcard in another label', () => issue({ dnsNames: ['api.*.example'] }), 'api.provider.example'],
    ['a wildcard for two labels', () => issue({ dnsNames: ['*.example'] }), 'api.provider.example'],
    ['a wildcard for all below a top domain', () => issue({ dnsNames: ['*.example'] }), 'provider.example'],
    [
      'a name that holds a second one',
      () => issue({ dnsNames: ['evil.org, DNS:provider.example'] }),
      'provider.example',
    ],
    ['no address among its names', () => issue(), '127.0.0.1'],
    ['an address written as a name', () => issue({ dnsNames: ['127.0.0.1'] }), '127.0.0.1'],
    ['a life that has ended', () => issue({ notAfter: new Date(Date.now() - DAY_MS) }), 'provider.example'],
    ['a life that has not begun', () => issue({ notBefore: new Date(Date.now() + DAY_MS) }), 'provider.example'],
    ['an unknown issuer', () => other.issue({ dnsNames: ['provider.example'] }), 'provider.example'],
    ['itself for an issuer', () => createAuthority('provider.example'), 'provider.example'],
  ])('refuses a certificate with %s, before the request', async (_fault, certificate, host) => {
    const { url, heard } = await provider(await certificate())
    url.hostname = host
    expect(await outcome(url)).toBe('UPSTREAM_UNREACHABLE')
    expect(heard).toEqual([])
  })

  it.each(Object.keys(RIGHT_CHAINS))('accepts a chain with %s', async (right) => {
    const { url } = await provider(chain(right))
    expect((await dialled(url)).authorized).toBe(true)
  })

  it.each(Object.keys(WRONG_CHAINS))('refuses a chain with %s, before the request', async (wrong) => {
    const { url, heard } = await provider(chain(wrong))
    expect(await outcome(url)).toBe('UPSTREAM_UNREACHABLE')
    expect(heard).toEqual([])
  })

  it.each(Object.keys(RIGHT_WILDCARDS))('accepts a wildcard with %s', async (right) => {
    const { url } = await provider(chain(right))
    url.hostname = 'api.provider.example'
    expect((await dialled(url)).authorized).toBe(true)
  })

  it.each(Object.keys(WRONG_WILDCARDS))('refuses a wildcard with %s, before the request', async (wrong) => {
    const { url, heard } = await provider(chain(wrong))
    url.hostname = 'api.provider.example'
    expect(await outcome(url)).toBe('UPSTREAM_UNREACHABLE')
    expect(heard).toEqual([])
  })

  it('refuses an excluded name even if an authority without exclusions is shown before the real one', async () => {
    const { certPem, keyPem } = chain('the name excluded')
    const over = { ...middle, notAfter: new Date(Date.now() - DAY_MS) }
    const decoy = await issueChain({ ...root, commonName: 'A root for the name excluded' }, over)
    const at = certPem.lastIndexOf('-----BEGIN')
    const { url, heard } = await provider({
      certPem: `${certPem.slice(0, at)}${decoy.certPem}${certPem.slice(at)}`,
      keyPem,
    })
    url.hostname = 'api.provider.example'
    expect(await outcome(url)).toBe('UPSTREAM_UNREACHABLE')
    expect(heard).toEqual([])
  })

  it('refuses a chain of a root with merely a trusted one’s name, and one with a certificate missing', async () => {
    const name = 'an authority for servers between'
    const forged = await issueChain({ ...root, commonName: `A root for ${name}` }, middle, leaf)
    const { certPem, keyPem } = chain(name)
    const short = { certPem: certPem.slice(0, certPem.lastIndexOf('-----BEGIN')), keyPem }
    for (const presented of [forged, short]) {
      const { url, heard } = await provider(presented)
      expect(await outcome(url)).toBe('UPSTREAM_UNREACHABLE')
      expect(heard).toEqual([])
    }
  })

  it('trusts a CA beside the public ones only if the operator names it', async () => {
    const { url } = await provider(await issue())
    expect(await outcome(url, newDialler())).toBe('UPSTREAM_UNREACHABLE')
    expect((await dialled(url)).authorized).toBe(true)
  })

  it.each<[SecureVersion, SecureVersion]>([
    ['TLSv1', 'TLSv1'],
    ['TLSv1', 'TLSv1.1'],
  ])('refuses a server that offers only %s to %s', async (minVersion, maxVersion) => {
    const { url } = await provider(await issue(), { minVersion, maxVersion })
    expect(await outcome(url)).toBe('UPSTREAM_UNREACHABLE')
  })

  it.each<[string, TlsOptions]>([
    ['CBC', { ciphers: 'ECDHE-ECDSA-AES128-SHA256:@SECLEVEL=0' }],
    ['CBC with SHA-1', { ciphers: 'ECDHE-ECDSA-AES256-SHA:@SECLEVEL=0' }],
    ['key exchange without a certificate', { ciphers: 'AECDH-AES128-SHA:@SECLEVEL=0' }],
    ['signatures over SHA-1', { sigalgs: 'ECDSA+SHA1' }],
    ['HTTP/2', { ALPNProtocols: ['h2'] }],
  ])('refuses a server of TLS 1.2 that offers only %s', async (_what, options) => {
    const { url } = await provider(await issue(), { maxVersion: 'TLSv1.2', ...options })
    expect(await outcome(url)).toBe('UPSTREAM_UNREACHABLE')
  })

  it.each<[SecureVersion]>([['TLSv1.2'], ['TLSv1.3']])(
    'uses %s if that is the highest version that the server offers',
    async (maxVersion) => {
      const { url } = await provider(await issue(), { minVersion: 'TLSv1', maxVersion })
      expect((await dialled(url)).getProtocol()).toBe(maxVersion)
    },
  )

  it('refuses to renegotiate when a server of TLS 1.2 asks for it', async () => {
    const { url, secured } = await provider(await issue(), { maxVersion: 'TLSv1.2' })
    const socket = await dialled(url)
    const first = socket.getFinished()
    const [peer] = secured
    if (!peer) throw new Error('no connection')
    const refused = new Promise<Error | null>((resolve) => {
      peer.once('error', resolve)
      peer.renegotiate({}, resolve)
    })
    socket.resume()
    expect(await refused).toMatchObject({ code: 'ERR_SSL_NO_RENEGOTIATION' })
    expect(socket.getFinished()).toEqual(first)
  })
})
