import { describe, expect, it } from '@jest/globals'
import { Fault } from '@protectmyapi/service-kit/faults'
import { claimsAt, grantSigner } from '../test/grant-signer.js'
import { signedGrants } from './signed-grants.js'

const NOW_MS = Date.UTC(2026, 0, 15)
const signer = grantSigner('ver_key')
const claims = claimsAt(NOW_MS)

/** A verifier with these pinned keys, and the key ids that it asked for. */
function setUp(pinned: ReadonlyMap<string, Buffer> = new Map([['ver_key', signer.spki]])) {
  const asked: (readonly string[])[] = []
  const verify = signedGrants(async (keyIds) => {
    asked.push(keyIds)
    return pinned
  })
  return { verify, asked }
}

const codeOf = (found: object | undefined) => (found instanceof Fault ? found.code : found)

describe('the verifier of grants', () => {
  it('verifies a grant only once, and names the key by which it was verified', async () => {
    const { verify } = setUp()
    const grant = await signer.sign(claims)
    const [first] = await verify([grant])
    const [again, twice] = await verify([grant, grant])
    expect(first).toEqual({ keyId: 'ver_key', pin: `ver_key ${signer.spki.toString('hex')}`, claims })
    // A grant that is verified again yields another object.
    expect([again === first, twice === first]).toEqual([true, true])
  })

  it('answers each grant in its place, so that a refused one does not spoil the others', async () => {
    const { verify } = setUp()
    const good = await signer.sign(claims)
    const forged = await grantSigner('ver_key').sign(claims)
    const unpinned = await grantSigner('ver_other').sign(claims)
    const found = await verify([forged, good, '', unpinned, good])
    const refused = 'INVALID_GRANT'
    const kept = expect.objectContaining({ claims })
    expect(found.map(codeOf)).toEqual([refused, kept, refused, refused, kept])
  })

  it('asks once for the keys of all grants given, and for each key only once', async () => {
    const { verify, asked } = setUp()
    const one = await signer.sign(claims)
    const other = await signer.sign({ ...claims, app: 'app_b' })
    const unpinned = await grantSigner('ver_other').sign(claims)
    expect(await verify([one, 'no grant', other, unpinned])).toMatchObject([
      { claims },
      { code: 'INVALID_GRANT', message: 'grant: not a JWS' },
      { claims: { app: 'app_b' } },
      { code: 'INVALID_GRANT', message: 'grant: no pinned key ver_other' },
    ])
    expect(asked).toEqual([['ver_key', 'ver_other']])
    expect(await verify([])).toEqual([])
    expect(asked).toHaveLength(1)
  })

  it('remembers no refusal: a grant is accepted once its key is pinned', async () => {
    const pinned = new Map<string, Buffer>()
    const { verify } = setUp(pinned)
    const grant = await signer.sign(claims)
    expect((await verify([grant])).map(codeOf)).toEqual(['INVALID_GRANT'])
    pinned.set('ver_key', signer.spki)
    expect(await verify([grant])).toMatchObject([{ claims }])
  })

  it('refuses a grant that it has verified once its key is pinned no longer, or with other bytes', async () => {
    const pinned = new Map([['ver_key', signer.spki]])
    const { verify } = setUp(pinned)
    const grant = await signer.sign(claims)
    expect(await verify([grant])).toMatchObject([{ claims }])
    pinned.set('ver_key', grantSigner('ver_key').spki)
    expect((await verify([grant])).map(codeOf)).toEqual(['INVALID_GRANT'])
    pinned.delete('ver_key')
    expect((await verify([grant])).map(codeOf)).toEqual(['INVALID_GRANT'])
  })

  it('remembers the newest grants, and forgets the oldest beyond four million characters', async () => {
    const { verify } = setUp()
    // Close to the longest grant allowed: 300 of them exceed the bound.
    const ori = Array.from({ length: 128 }, (_, at) => `https://${'long-'.repeat(12)}${at}.example.com`)
    const grants: string[] = []
    for (let at = 0; at < 300; at += 1) grants.push(await signer.sign({ ...claims, app: `app_${at}`, ori }))
    const [first = '', second = ''] = grants
    expect([first.length > 14 * 1024, first.length < 16 * 1024]).toEqual([true, true])
    const verified: unknown[] = []
    for (const grant of grants) verified.push(...(await verify([grant])))
    const isRemembered = async (grant: string, at: number) => (await verify([grant]))[0] === verified.at(at)
    expect(await isRemembered(grants.at(-1) ?? '', -1)).toBe(true)
    expect([await isRemembered(first, 0), await isRemembered(second, 1)]).toEqual([false, false])
  })

  it('refuses a grant that differs from a verified one in a single character', async () => {
    const { verify } = setUp()
    const grant = await signer.sign(claims)
    await verify([grant])
    const other = `${grant.slice(0, -6)}${grant.at(-6) === 'A' ? 'B' : 'A'}${grant.slice(-5)}`
    expect((await verify([other])).map(codeOf)).toEqual(['INVALID_GRANT'])
  })
})
