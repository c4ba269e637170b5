import { generateKeyPairSync } from 'node:crypto'
import { expect, it } from '@jest/globals'
import { describeWithVectors } from '@protectmyapi/dev-kit/vectors'
import { report, wycheproof } from '../test/wycheproof.js'
import { grantKeyId, signedClaims } from './verify-grant.js'

interface JwsGroup {
  readonly tests: readonly { readonly tcId: number; readonly jws: string }[]
}

describeWithVectors('wycheproof', 'Wycheproof’s JSON web signatures', (folder) => {
  it('are no grants, whatever they are signed with: HMAC, RSA, EC, nothing', async () => {
    const pinned = generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' })
    const cases = wycheproof<JwsGroup>(folder, 'json_web_signature_test.json').flatMap((group) => group.tests)
    for (const { tcId, jws } of cases) {
      const taken = async () => {
        grantKeyId(jws)
        return signedClaims(jws, pinned)
      }
      const refused = await taken().then(
        () => undefined,
        (err: unknown) => err,
      )
      expect([tcId, refused]).toMatchObject([tcId, { code: 'INVALID_GRANT' }])
      // Also where the key id is passed over: the signature alone has to say no.
      await expect(signedClaims(jws, pinned)).rejects.toMatchObject({ code: 'INVALID_GRANT' })
    }
    report('JSON web signatures', cases.length)
  })
})
