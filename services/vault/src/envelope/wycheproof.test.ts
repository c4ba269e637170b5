import { expect, it } from '@jest/globals'
import { describeWithVectors } from '@protectmyapi/dev-kit/vectors'
import { aesGcmOpen, aesGcmSeal } from '@protectmyapi/service-kit/crypto/aes-gcm'
import { hkdfSha512 } from '@protectmyapi/service-kit/crypto/hkdf'
import { hex, report, wycheproof } from '../test/wycheproof.js'

describeWithVectors('wycheproof', 'Wycheproof, through the vault’s own functions', (folder) => {
  it('AES-256-GCM opens valid ciphertexts, refuses invalid ones, and seals to the same bytes', () => {
    const cases = aesGcmCases(folder, isOurs)
    for (const { tcId, key, iv, aad, msg, ct, tag, result } of cases) {
      const openIt = () => aesGcmOpen(hex(key), hex(iv), { ciphertext: hex(ct), tag: hex(tag) }, hex(aad))
      if (result === 'valid') {
        expect([tcId, openIt()]).toEqual([tcId, hex(msg)])
        expect([tcId, aesGcmSeal(hex(key), hex(iv), hex(msg), hex(aad))]).toEqual([
          tcId,
          { ciphertext: hex(ct), tag: hex(tag) },
        ])
      } else {
        expect(openIt).toThrow()
      }
    }
    report('AES-256-GCM', cases.length)
  })

  it('AES-GCM refuses keys, nonces and tags of any other length, whether or not the vector is valid', () => {
    const cases = aesGcmCases(folder, (group) => !isOurs(group))
    for (const { key, iv, aad, msg, ct, tag } of cases) {
      expect(() => aesGcmOpen(hex(key), hex(iv), { ciphertext: hex(ct), tag: hex(tag) }, hex(aad))).toThrow()
      expect(() => aesGcmSeal(hex(key), hex(iv), hex(msg), hex(aad))).toThrow()
    }
    report('AES-GCM with other keys and nonces', cases.length)
  })

  it('HKDF-SHA-512 derives the bytes of each valid vector and throws for each invalid one', () => {
    const cases = wycheproof<HkdfGroup>(folder, 'hkdf_sha512_test.json').flatMap((group) => group.tests)
    for (const { tcId, ikm, salt, info, size, okm, result } of cases) {
      const derive = () => hkdfSha512(hex(ikm), hex(salt), hex(info), size)
      if (result === 'valid') expect([tcId, derive()]).toEqual([tcId, hex(okm)])
      else expect(derive).toThrow()
    }
    report('HKDF-SHA-512', cases.length)
  })
})

const isOurs = ({ keySize, ivSize, tagSize }: AeadGroup): boolean => keySize === 256 && ivSize === 96 && tagSize === 128

function aesGcmCases(folder: string, wanted: (group: AeadGroup) => boolean): AeadGroup['tests'] {
  return wycheproof<AeadGroup>(folder, 'aes_gcm_test.json')
    .filter(wanted)
    .flatMap((group) => group.tests)
}

interface AeadGroup {
  readonly keySize: number
  readonly ivSize: number
  readonly tagSize: number
  readonly tests: readonly {
    readonly tcId: number
    readonly key: string
    readonly iv: string
    readonly aad: string
    readonly msg: string
    readonly ct: string
    readonly tag: string
    readonly result: string
  }[]
}

interface HkdfGroup {
  readonly tests: readonly {
    readonly tcId: number
    readonly ikm: string
    readonly salt: string
    readonly info: string
    readonly size: number
    readonly okm: string
    readonly result: string
  }[]
}
