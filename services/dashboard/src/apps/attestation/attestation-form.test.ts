import { describe, expect, it } from '@jest/globals'
import type { App } from '../../api/types.js'
import { ATTESTATION } from './attestation-form.js'

const { valuesOf, changeOf } = ATTESTATION

const DIGEST = 'ab'.repeat(32)
const ALL: App['attestation'] = {
  apple: { teamId: 'ABCDE12345', bundleIds: ['com.example.chat', 'com.example.chat.beta'], allowDevelopment: true },
  android: {
    packageName: 'com.example.chat',
    certificateDigests: [DIGEST],
    requireStoreInstall: true,
    allowCompromisedDevices: false,
  },
  firebase: { projectNumber: '123456789012', appIds: ['1:123456789012:ios:0123456789abcdef'] },
}
const NONE: App['attestation'] = { apple: null, android: null, firebase: null }

describe('what is sent of attestation settings that were edited', () => {
  it.each([ALL, NONE])('is nothing where nothing was changed', (attestation) => {
    expect(changeOf({ attestation }, valuesOf({ attestation }))).toEqual({})
  })

  it('is nothing for what management writes in another order', () => {
    const { apple, ...others } = ALL
    expect(changeOf({ attestation: { ...others, apple } }, valuesOf({ attestation: ALL }))).toEqual({})
  })

  it('is all of them, with null for what was switched off', () => {
    const entered = valuesOf({ attestation: ALL })
    entered.attestation.apple.isOn = false
    expect(changeOf({ attestation: ALL }, entered)).toEqual({ attestation: { ...ALL, apple: null } })
  })

  it('has the lists by their lines, and no spaces around what was pasted', () => {
    const entered = valuesOf({ attestation: NONE })
    entered.attestation = {
      apple: {
        isOn: true,
        teamId: ' ABCDE12345 ',
        bundleIds: ' com.example.chat\n\ncom.example.chat.beta\n',
        allowDevelopment: true,
      },
      android: {
        isOn: true,
        packageName: 'com.example.chat\t',
        certificateDigests: `${DIGEST}\r\n`,
        requireStoreInstall: true,
        allowCompromisedDevices: false,
      },
      firebase: { isOn: true, projectNumber: ' 123456789012', appIds: '1:123456789012:ios:0123456789abcdef' },
    }
    expect(changeOf({ attestation: NONE }, entered)).toEqual({ attestation: ALL })
  })
})

it('what is off begins empty, and without what makes it riskier', () => {
  expect(valuesOf({ attestation: NONE })).toEqual({
    attestation: {
      apple: { isOn: false, teamId: '', bundleIds: '', allowDevelopment: false },
      android: {
        isOn: false,
        packageName: '',
        certificateDigests: '',
        requireStoreInstall: false,
        allowCompromisedDevices: false,
      },
      firebase: { isOn: false, projectNumber: '', appIds: '' },
    },
  })
})
