import { X509Certificate } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { APPLE_APP_ATTESTATION_ROOT } from './apple-root.js'

describe('the root that is trusted', () => {
  it('is Apple’s for App Attest and no other', () => {
    const root = new X509Certificate(APPLE_APP_ATTESTATION_ROOT)
    expect(root.fingerprint256.replaceAll(':', '').toLowerCase()).toBe(
      '1cb9823ba28ba6ad2d33a006941de2ae4f513ef1d4e831b9f7e0fa7b6242c932',
    )
    expect(root.subject).toBe('CN=Apple App Attestation Root CA\nO=Apple Inc.\nST=California')
    expect(root.serialNumber).toBe('0BF3BE0EF1CDD2E0FB8C6E721F621798')
    expect([root.validFrom, root.validTo]).toEqual(['Mar 18 18:32:53 2020 GMT', 'Mar 15 00:00:00 2045 GMT'])
    expect([root.ca, root.checkIssued(root), root.verify(root.publicKey)]).toEqual([true, true, true])
  })
})
