import { createHmac, createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import type { GrantClaims } from '@protectmyapi/service-kit/credentials/grant'
import type { Peer } from '@protectmyapi/service-kit/grpc/spiffe'
import { CompactSign } from 'jose'
import { claimsAt, grantSigner, PROXY, serviceClaimsAt, signGrant, WORKER } from '../test/grant-signer.js'
import { bindingsReach, type Claims } from './claims.js'
import { checkPresented, grantKeyId, signedClaims } from './verify-grant.js'

const NOW_MS = Date.UTC(2026, 0, 15)
const signer = grantSigner('ver_key')
const refused = { code: 'INVALID_GRANT' }
const verify = (grant: string, peer: Peer = PROXY) => verified(grant, signer.spki, peer)

async function verified(grant: string, spki: Buffer, peer: Peer): Promise<Claims> {
  const claims = await signedClaims(grant, spki)
  checkPresented(claims, peer, { nowMs: NOW_MS, proxyId: PROXY.spiffeId })
  return claims
}

describe('a grant', () => {
  it('gives its claims to the certificate that it is made out to', async () => {
    const claims = claimsAt(NOW_MS)
    const grant = await signer.sign(claims)
    expect(grantKeyId(grant)).toBe('ver_key')
    await expect(verify(grant)).resolves.toEqual(claims)
  })

  it('is no grant without three parts, whether or not its header has been seen before', async () => {
    const grant = await signer.sign(claimsAt(NOW_MS))
    const [header = '', claims = ''] = grant.split('.')
    for (let time = 0; time < 2; time += 1) {
      for (const other of [header, `${header}.`, `${header}.${claims}`, `${grant}.`, `${header}x.${claims}.x`])
        expect(() => grantKeyId(other)).toThrow(expect.objectContaining(refused))
      expect(grantKeyId(grant)).toBe('ver_key')
    }
  })

  it('names the key of its own header, whichever headers were seen before', async () => {
    const names = Array.from({ length: 100 }, (_, at) => `ver_key_${at}`)
    const grants = await Promise.all(names.map((name) => grantSigner(name).sign(claimsAt(NOW_MS))))
    for (let time = 0; time < 2; time += 1) expect(grants.map(grantKeyId)).toEqual(names)
  })

  it('is refused to another identity, and to another certificate of the same identity', async () => {
    const grant = await signer.sign(claimsAt(NOW_MS))
    await expect(
      verify(grant, { ...PROXY, spiffeId: 'spiffe://protectmyapi.local/ns/protectmyapi/sa/other' }),
    ).rejects.toMatchObject(refused)
    await expect(verify(grant, { ...PROXY, thumbprint: randomBytes(32).toString('base64url') })).rejects.toMatchObject(
      refused,
    )
  })

  it('is refused from the moment of its expiry, without any leeway', async () => {
    const iat = NOW_MS / 1_000 - 60
    await expect(verify(await signer.sign(claimsAt(NOW_MS, { iat, exp: NOW_MS / 1_000 })))).rejects.toMatchObject(
      refused,
    )
    await expect(
      verify(await signer.sign(claimsAt(NOW_MS, { iat, exp: NOW_MS / 1_000 + 0.001 }))),
    ).resolves.toBeDefined()
  })

  it('is accepted if the clock that issued it is at most 5 s ahead, and refused beyond that', async () => {
    const from = (aheadMs: number) =>
      claimsAt(NOW_MS, { iat: (NOW_MS + aheadMs) / 1_000, exp: (NOW_MS + aheadMs) / 1_000 + 60 })
    await expect(verify(await signer.sign(from(5_000)))).resolves.toBeDefined()
    await expect(verify(await signer.sign(from(5_001)))).rejects.toMatchObject(refused)
  })

  it('is refused if it lives longer than 5 minutes, or ends no later than it begins', async () => {
    const { iat } = claimsAt(NOW_MS)
    await expect(verify(await signer.sign(claimsAt(NOW_MS, { exp: iat + 300.001 })))).rejects.toMatchObject(refused)
    for (const exp of [iat + 3, iat + 4])
      await expect(verify(await signer.sign(claimsAt(NOW_MS, { iat: iat + 4, exp })))).rejects.toMatchObject(refused)
  })

  it('is refused when another key signed it', async () => {
    await expect(verify(await grantSigner('ver_key').sign(claimsAt(NOW_MS)))).rejects.toMatchObject(refused)
  })

  it('is refused without a signature, and with an HMAC keyed with the public key', async () => {
    const claims = Buffer.from(JSON.stringify(claimsAt(NOW_MS))).toString('base64url')
    const head = (alg: string) =>
      Buffer.from(JSON.stringify({ alg, typ: 'pma-grant+jwt', kid: 'ver_key' })).toString('base64url')
    const mac = createHmac('sha256', signer.spki)
      .update(`${head('HS256')}.${claims}`)
      .digest('base64url')
    await expect(verify(`${head('none')}.${claims}.`)).rejects.toMatchObject(refused)
    await expect(verify(`${head('HS256')}.${claims}.${mac}`)).rejects.toMatchObject(refused)
  })

  it('is refused when signed by another algorithm', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const grant = await signGrant(privateKey, claimsAt(NOW_MS), { alg: 'ES256', typ: 'pma-grant+jwt', kid: 'ver_key' })
    const spki = publicKey.export({ format: 'der', type: 'spki' })
    await expect(signedClaims(grant, spki)).rejects.toMatchObject(refused)
  })

  it.each(['JWT', 'pma-session+jwt', 'PMA-GRANT+JWT', undefined])(
    'is refused with the type %p: no session passes for a grant',
    async (typ) => {
      const message = 'grant: another type of token'
      const grant = await signer.sign(claimsAt(NOW_MS), { typ })
      await expect(verify(grant)).rejects.toMatchObject({ ...refused, message })
    },
  )

  it.each<[string, Record<string, unknown>]>([
    ['no origin', { ori: [] }],
    ['a claim that is not known', { admin: true }],
    ['a generation of 0', { sec: [{ id: 'sec_a', ver: 'ver_a', gen: 0 }] }],
    ['a version without a generation', { sec: [{ id: 'sec_a', ver: 'ver_a' }] }],
    ['more secrets than the bound', { sec: Array(33).fill({ id: 'sec_a', ver: 'ver_a', gen: 1 }) }],
    ['an expiry that is text', { exp: '9999999999' }],
    ['no certificate', { cnf: undefined }],
  ])('is refused with %s', async (_what, wrong) => {
    await expect(verify(await signer.sign({ ...claimsAt(NOW_MS), ...wrong }))).rejects.toMatchObject(refused)
  })

  it.each([
    ['no grant', ''],
    ['not a JWS', 'x'],
    ['not a JWS', 'a.b.c'],
    ['not a JWS', '..'],
    ['longer than any grant', 'x'.repeat(20_000)],
    ['no key id', `${Buffer.from('{"alg":"EdDSA"}').toString('base64url')}.e30.AA`],
  ])('is refused when the text is not a grant, and the message says why: %s', (why, text) => {
    expect(() => grantKeyId(text)).toThrow(expect.objectContaining({ ...refused, message: `grant: ${why}` }))
  })

  it('is refused if it is longer than 16 KiB', async () => {
    const grant = await signer.sign(claimsAt(NOW_MS))
    const longest = grant.padEnd(16 * 1024, 'A')
    expect(grantKeyId(longest)).toBe('ver_key')
    const message = 'grant: longer than any grant'
    expect(() => grantKeyId(`${longest}A`)).toThrow(expect.objectContaining({ ...refused, message }))
  })

  it.each(['', 'a b', ' a', 'a ', 'x'.repeat(65), 7, { toString: 'x' }, undefined])(
    'is refused if its key id is %j',
    async (kid) => {
      const grant = await signer.sign(claimsAt(NOW_MS), { kid })
      expect(() => grantKeyId(grant)).toThrow(expect.objectContaining({ ...refused, message: 'grant: no key id' }))
    },
  )

  it('may have a key id of 64 characters', async () => {
    const kid = 'Az_9-'.padEnd(64, 'x')
    expect(grantKeyId(await signer.sign(claimsAt(NOW_MS), { kid }))).toBe(kid)
  })

  it.each<[string, Partial<GrantClaims>]>([
    ['expired', { exp: NOW_MS / 1_000 }],
    ['from the future', { iat: NOW_MS / 1_000 + 6 }],
    ['a life out of bounds', { exp: NOW_MS / 1_000 + 301 }],
    [`made out to another, presented by ${PROXY.spiffeId}`, { sub: 'another' }],
    ['made out to another certificate', { cnf: { 'x5t#S256': randomBytes(32).toString('base64url') } }],
  ])('is refused when it is presented, and the message says why: %s', (why, given) => {
    expect(() => checkPresented(claimsAt(NOW_MS, given), PROXY, { nowMs: NOW_MS, proxyId: PROXY.spiffeId })).toThrow(
      expect.objectContaining({ ...refused, message: `grant: ${why}` }),
    )
  })

  it('is refused with a message that says whether signature, JSON or shape of the claims is wrong', async () => {
    const message = 'grant: the signature does not verify'
    const cause = { message: expect.any(String) }
    const forged = signedClaims(await grantSigner('ver_key').sign(claimsAt(NOW_MS)), signer.spki)
    await expect(forged).rejects.toMatchObject({ ...refused, message, cause })
    const noJson = async (payload: Uint8Array) =>
      signedClaims(
        await new CompactSign(payload)
          .setProtectedHeader({ alg: 'EdDSA', typ: 'pma-grant+jwt', kid: 'ver_key' })
          .sign(createPrivateKey({ key: signer.pkcs8, format: 'der', type: 'pkcs8' })),
        signer.spki,
      )
    const claims = JSON.stringify(claimsAt(NOW_MS, { app: '\xff' }))
    for (const payload of [Buffer.from('{'), Buffer.from(claims, 'latin1')])
      await expect(noJson(payload)).rejects.toMatchObject({
        ...refused,
        message: 'grant: claims are not JSON',
        cause,
      })
    await expect(noJson(Buffer.from(claims, 'utf8'))).resolves.toMatchObject({ app: '\xff' })
    await expect(noJson(Buffer.from('{}'))).rejects.toMatchObject({ ...refused, message: 'grant: claims out of shape' })
  })

  it('is refused when any single character of its signature is changed', async () => {
    const grant = await signer.sign(claimsAt(NOW_MS))
    const from = grant.lastIndexOf('.') + 1
    // The last character is left out: its low bits carry nothing, and base64url readers ignore them.
    for (let at = from; at < grant.length - 1; at += 1) {
      const other = grant[at] === 'A' ? 'B' : 'A'
      await expect(verify(grant.slice(0, at) + other + grant.slice(at + 1))).rejects.toMatchObject(refused)
    }
  })
})

describe('the signature of a grant', () => {
  it('verifies only as it was made, and in none of its malformed variants (RFC 8032, section 5.1.7)', async () => {
    const grant = await signer.sign(claimsAt(NOW_MS))
    const at = grant.lastIndexOf('.') + 1
    const signature = Buffer.from(grant.slice(at), 'base64url')
    const halves = [signature.subarray(0, 32), signature.subarray(32)] as const
    const order = 2n ** 252n + 27742317777372353535851937790883648493n
    const scalar = BigInt(`0x${Buffer.from(halves[1]).reverse().toString('hex')}`) + order
    const beyond = Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex').reverse()
    const others = {
      'S beyond the order': Buffer.concat([halves[0], beyond]),
      'R of low order': Buffer.concat([Buffer.from([1]), Buffer.alloc(31), halves[1]]),
      'all zero': Buffer.alloc(64),
      'cut short': signature.subarray(0, 63),
      'with a byte after it': Buffer.concat([signature, Buffer.alloc(1)]),
      none: Buffer.alloc(0),
    }
    for (const [what, other] of Object.entries(others)) {
      const verified = signedClaims(grant.slice(0, at) + other.toString('base64url'), signer.spki).catch(
        ({ code }) => code,
      )
      expect([what, await verified]).toEqual([what, 'INVALID_GRANT'])
    }
    await expect(signedClaims(grant, signer.spki)).resolves.toEqual(claimsAt(NOW_MS))
  })
})

describe('a grant of an internal service', () => {
  const asService = { typ: 'pma-service-grant+jwt' }
  const { iat } = serviceClaimsAt(NOW_MS)

  it('gives its claims to the service, and is refused if it lives longer than a minute', async () => {
    const claims = serviceClaimsAt(NOW_MS)
    await expect(verify(await signer.sign(claims, asService), WORKER)).resolves.toEqual(claims)
    const longer = serviceClaimsAt(NOW_MS, { exp: iat + 60.001 })
    await expect(verify(await signer.sign(longer, asService), WORKER)).rejects.toMatchObject(refused)
  })

  it('is refused under the type of a route’s grant, as is a route’s grant under that of a service grant', async () => {
    const message = 'grant: claims out of shape'
    const service = signer.sign(serviceClaimsAt(NOW_MS))
    await expect(verify(await service, WORKER)).rejects.toMatchObject({ ...refused, message })
    const route = signer.sign(claimsAt(NOW_MS), asService)
    await expect(verify(await route)).rejects.toMatchObject({ ...refused, message })
  })
})

describe('a binding', () => {
  const bindings = { origins: ['https://a.example', 'https://b.example'], placements: [], services: [WORKER.spiffeId] }

  it('is reached by a route’s grant through its origins only, and by a service grant through its services only', () => {
    expect(bindingsReach(bindings, claimsAt(NOW_MS, { ori: ['https://x.example', 'https://b.example'] }))).toBe(true)
    expect(bindingsReach(bindings, claimsAt(NOW_MS, { ori: ['https://x.example'], sub: WORKER.spiffeId }))).toBe(false)
    expect(bindingsReach(bindings, serviceClaimsAt(NOW_MS))).toBe(true)
    expect(bindingsReach({ ...bindings, services: [PROXY.spiffeId] }, serviceClaimsAt(NOW_MS))).toBe(false)
  })
})
