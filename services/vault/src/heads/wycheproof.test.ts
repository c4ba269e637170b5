import { createPublicKey } from 'node:crypto'
import { expect, it } from '@jest/globals'
import { describeWithVectors } from '@protectmyapi/dev-kit/vectors'
import { isEd25519Signature } from '@protectmyapi/service-kit/crypto/ed25519'
import { hex, report, wycheproof } from '../test/wycheproof.js'

interface Ed25519Group {
  readonly publicKeyDer: string
  readonly tests: readonly {
    readonly tcId: number
    readonly msg: string
    readonly sig: string
    readonly result: 'valid' | 'invalid'
  }[]
}

describeWithVectors('wycheproof', 'Wycheproof’s Ed25519', (folder) => {
  it('signatures verify exactly if their vector is marked as valid', () => {
    let count = 0
    for (const { publicKeyDer, tests } of wycheproof<Ed25519Group>(folder, 'ed25519_test.json')) {
      const key = createPublicKey({ key: hex(publicKeyDer), format: 'der', type: 'spki' })
      for (const { tcId, msg, sig, result } of tests) {
        expect([tcId, isEd25519Signature(key, hex(msg), hex(sig))]).toEqual([tcId, result === 'valid'])
        count += 1
      }
    }
    report('Ed25519', count)
  })
})
