import { describe, expect, it } from '@jest/globals'
import { scramVerifier } from './scram-verifier.js'

describe('the SCRAM verifier of a password', () => {
  it('is that of the example in RFC 7677 for the example’s salt', () => {
    expect(scramVerifier('pencil', Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'))).toBe(
      'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
    )
  })

  it('differs each time it is made', () => {
    expect(scramVerifier('pencil')).not.toBe(scramVerifier('pencil'))
  })

  it.each(['', 'grün', 'a\u00a0b', 'a\nb'])('is refused for %j, which is not printable ASCII', (password) => {
    expect(() => scramVerifier(password)).toThrow('printable ASCII')
  })
})
