import { X509Certificate } from 'node:crypto'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { issueChain } from '@protectmyapi/dev-kit/certificate-chain'
import { excludedNames } from './excluded-names.js'

describe('names that an authority excludes', () => {
  let excluding: Buffer
  let plain: Buffer
  beforeAll(async () => {
    const der = async (excludedName?: string) =>
      new X509Certificate(
        (await issueChain({ isAuthority: true, ...(excludedName === undefined ? {} : { excludedName }) })).rootPem,
      ).raw
    excluding = await der('api.provider.example')
    plain = await der()
  })

  it('are read as they stand', () => {
    expect([excludedNames(excluding), excludedNames(plain)]).toEqual([['api.provider.example'], []])
  })

  it('are never missed for a cut', () => {
    for (let end = 0; end < excluding.length; end += 1) {
      expect(() => excludedNames(excluding.subarray(0, end))).toThrow()
    }
  })

  it.each([
    ['a name in parts', '8214617069', 'a214617069', 'a tag that does not belong there'],
    ['an extension in parts', '551d1e0101ff04', '551d1e0101ff24', 'a tag that does not belong there'],
    ['subtrees under another tag', 'a118301682', 'a218301682', 'a tag that does not belong there'],
    ['subtrees under a tag whose number follows', 'a118301682', 'bf18301682', 'a tag of more than one byte'],
  ])('are never missed for %s, which is BER and not DER', (_what, from, to, error) => {
    const hex = excluding.toString('hex')
    expect(hex.split(from)).toHaveLength(2)
    expect(() => excludedNames(Buffer.from(hex.replace(from, to), 'hex'))).toThrow(error)
  })

  it('are not read where a length is not of DER', () => {
    const indefinite = Buffer.from(excluding)
    indefinite[1] = 0x80
    expect(() => excludedNames(indefinite)).toThrow('a length that is not of DER')
  })
})
