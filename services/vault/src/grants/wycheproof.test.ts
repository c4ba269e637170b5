import { createPublicKey, generateKeyPairSync, type JsonWebKey, type KeyObject } from 'node:crypto'
import { expect, it } from '@jest/globals'
import { describeWithVectors } from '@protectmyapi/dev-kit/vectors'
import { report, wycheproof } from '../test/wycheproof.js'
import { grantKeyId, signedClaims } from './verify-grant.js'

interface JwsGroup {
  /** Absent if the key is a shared one. */
  readonly public?: JsonWebKey
  readonly tests: readonly { readonly tcId: number; readonly jws: string }[]
}

const spki = (key: KeyObject): Buffer => key.export({ format: 'der', type: 'spki' })

describeWithVectors('wycheproof', 'Wycheproof’s JSON web signatures', (folder) => {
  it('are all refused as grants, even if their own key is pinned', async () => {
    const some = spki(generateKeyPairSync('ed25519').publicKey)
    let count = 0
    for (const group of wycheproof<JwsGroup>(folder, 'json_web_signature_test.json')) {
      const pinned = group.public ? spki(createPublicKey({ key: group.public, format: 'jwk' })) : some
      for (const { tcId, jws } of group.tests) {
        const taken = async () => {
          grantKeyId(jws)
          return signedClaims(jws, pinned)
        }
        expect([tcId, await refusalOf(taken())]).toMatchObject([tcId, { code: 'INVALID_GRANT' }])
        // The key id is ignored here, so that the signature alone has to refuse, and not the content.
        expect([tcId, await refusalOf(signedClaims(jws, pinned))]).toMatchObject([
          tcId,
          { code: 'INVALID_GRANT', message: 'grant: the signature does not verify' },
        ])
        count += 1
      }
    }
    report('JSON web signatures', count)
  })
})

const refusalOf = (taken: Promise<unknown>): Promise<unknown> =>
  taken.then(
    () => undefined,
    (err: unknown) => err,
  )
