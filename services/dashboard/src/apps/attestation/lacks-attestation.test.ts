import { expect, it } from '@jest/globals'
import { lacksAttestation } from './lacks-attestation.js'

const NONE = { apple: null, android: null, firebase: null }
const FIREBASE = { projectNumber: '123456789012', appIds: ['1:123456789012:ios:0123456789abcdef'] }

it('an app that needs sessions and accepts no proof works with debug tokens alone', () => {
  expect(lacksAttestation({ policy: 'enforce', attestation: NONE })).toBe(true)
})

it('an app that accepts one kind of proof, or that its app token is enough for, lacks none', () => {
  expect(lacksAttestation({ policy: 'enforce', attestation: { ...NONE, firebase: FIREBASE } })).toBe(false)
  expect(lacksAttestation({ policy: 'audit', attestation: NONE })).toBe(false)
  expect(lacksAttestation({ policy: 'off', attestation: NONE })).toBe(false)
})
