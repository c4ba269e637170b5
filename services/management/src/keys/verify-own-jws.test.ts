import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { CompactSign, UnsecuredJWT } from 'jose'
import { codeOf } from '../test/code-of.js'
import { directoryHarness } from '../test/directory-harness.js'
import { signingKeyInForce } from './signing-key-rows.js'
import { verifyOwnJws } from './verify-own-jws.js'

const harness = await startForAllTests(directoryHarness)
const CLAIMS = { jti: 'one' }
const keyInForce = () => signingKeyInForce(harness.db, 'session')
const signed = async (use: 'session' | 'grant' = 'session') =>
  harness.keys.sign(await signingKeyInForce(harness.db, use), 'a-type', CLAIMS)
const bytes = Buffer.from(JSON.stringify(CLAIMS))

describe('a JWS', () => {
  it('that a session key signed is read with its type', async () => {
    expect(await verifyOwnJws(harness.db, await signed())).toEqual({
      typ: 'a-type',
      claims: CLAIMS,
      installationId: harness.installation,
    })
  })

  it('that another key signed under the name of ours is refused', async () => {
    const { privateKey } = generateKeyPairSync('ed25519')
    const { id: kid } = await keyInForce()
    const forged = await new CompactSign(bytes)
      .setProtectedHeader({ alg: 'EdDSA', typ: 'a-type', kid })
      .sign(privateKey)
    expect(await codeOf(verifyOwnJws(harness.db, forged))).toBe('INVALID_TOKEN')
  })

  it('whose claims were exchanged is refused', async () => {
    const [header, , signature] = (await signed()).split('.')
    const others = Buffer.from('{"jti":"two"}').toString('base64url')
    expect(await codeOf(verifyOwnJws(harness.db, [header, others, signature].join('.')))).toBe('INVALID_TOKEN')
  })

  it('that a grant key signed is refused, and so is one with no key’s name', async () => {
    expect(await codeOf(verifyOwnJws(harness.db, await signed('grant')))).toBe('INVALID_TOKEN')
    const { privateKey } = generateKeyPairSync('ed25519')
    const nameless = await new CompactSign(bytes).setProtectedHeader({ alg: 'EdDSA' }).sign(privateKey)
    expect(await codeOf(verifyOwnJws(harness.db, nameless))).toBe('INVALID_TOKEN')
  })

  it('of another algorithm is refused: none, and an HMAC with the public key', async () => {
    const { id: kid, publicJwk } = await keyInForce()
    expect(await codeOf(verifyOwnJws(harness.db, new UnsecuredJWT(CLAIMS).encode()))).toBe('INVALID_TOKEN')
    const secret = Buffer.from(publicJwk.x, 'base64url')
    const confused = await new CompactSign(bytes).setProtectedHeader({ alg: 'HS256', kid }).sign(secret)
    expect(await codeOf(verifyOwnJws(harness.db, confused))).toBe('INVALID_TOKEN')
  })

  it.each(['', 'x', 'a.b.c', '..', 'e30.e30.e30'])('that is none (%j) is refused', async (text) => {
    expect(await codeOf(verifyOwnJws(harness.db, text))).toBe('INVALID_TOKEN')
  })
})
