import { X509Certificate } from 'node:crypto'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { issueChain } from '@protectmyapi/dev-kit/certificates/certificate-chain'
import { excludedNames } from './excluded-names.js'

describe('names that an authority excludes', () => {
  let excluding: Buffer
  let plain: Buffer
  const der = async (excludedName?: string): Promise<Buffer> =>
    new X509Certificate(
      (await issueChain({ isAuthority: true, ...(excludedName === undefined ? {} : { excludedName }) })).rootPem,
    ).raw
  beforeAll(async () => {
    excluding = await der('api.provider.example')
    plain = await der()
  })

  it('are read from its certificate, and are none if the certificate has none', () => {
    expect([excludedNames(excluding), excludedNames(plain)]).toEqual([['api.provider.example'], []])
  })

  it.each(['api.provider.example.', 'api.provider.example\0', 'api..example', '*.provider.example', ' '])(
    'are rejected if no host can have such a name: %j',
    async (name) => {
      const certificate = await der(name)
      expect(() => excludedNames(certificate)).toThrow('an excluded name that no host has')
    },
  )

  it('are accepted if they begin with a dot or are empty', async () => {
    expect([excludedNames(await der('.provider.example')), excludedNames(await der(''))]).toEqual([
      ['.provider.example'],
      [''],
    ])
  })

  it('are never missed in a truncated certificate, which is rejected at every length', () => {
    for (let end = 0; end < excluding.length; end += 1) {
      expect(() => excludedNames(excluding.subarray(0, end))).toThrow()
    }
  })

  it.each([
    ['a name in parts', '8214617069', 'a214617069', 'a tag that does not belong there'],
    ['an extension in parts', '551d1e0101ff04', '551d1e0101ff24', 'a tag that does not belong there'],
    ['subtrees under another tag', 'a118301682', 'a218301682', 'a tag that does not belong there'],
    ['subtrees under a tag whose number follows', 'a118301682', 'bf18301682', 'a tag of more than one byte'],
  ])('are never missed in a certificate with %s (BER and not DER), which is rejected', (_what, from, to, error) => {
    const hex = excluding.toString('hex')
    expect(hex.split(from)).toHaveLength(2)
    expect(() => excludedNames(Buffer.from(hex.replace(from, to), 'hex'))).toThrow(error)
  })

  it('are not read from a certificate with an indefinite length, which is rejected', () => {
    const indefinite = Buffer.from(excluding)
    indefinite[1] = 0x80
    expect(() => excludedNames(indefinite)).toThrow('a length that is not of DER')
  })
})
