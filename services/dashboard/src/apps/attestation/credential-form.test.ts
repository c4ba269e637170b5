import { describe, expect, it } from '@jest/globals'
import { CREDENTIAL_RULES, type CredentialForm, credentialBody } from './credential-form.js'

const BOTH: CredentialForm = { kind: 'response-keys', decryptionKey: 'd\n', verificationKey: ' v ', json: '{"a": 1}\n' }

describe('what is sent of a credential', () => {
  it('is the kind that is chosen, and nothing that was entered for the other', () => {
    expect(credentialBody(BOTH)).toEqual({ kind: 'response-keys', decryptionKey: 'd', verificationKey: 'v' })
    expect(credentialBody({ ...BOTH, kind: 'service-account' })).toEqual({
      kind: 'service-account',
      json: '{"a": 1}\n',
    })
  })
})

describe('what is missing', () => {
  it.each([
    ['decryptionKey', 'response-keys'],
    ['verificationKey', 'response-keys'],
    ['json', 'service-account'],
  ] as const)('%s is for %s alone', (field, kind) => {
    const rule = CREDENTIAL_RULES[field]
    const other = kind === 'response-keys' ? 'service-account' : 'response-keys'
    expect(rule(' ', { ...BOTH, kind })).toEqual(expect.any(String))
    expect(rule('entered', { ...BOTH, kind })).toBeNull()
    expect(rule('', { ...BOTH, kind: other })).toBeNull()
  })
})
