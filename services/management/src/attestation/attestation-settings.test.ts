import { describe, expect, it } from '@jest/globals'
import { AttestationSettings, NO_ATTESTATION } from './attestation-settings.js'

const APPLE = { teamId: 'A1B2C3D4E5', bundleIds: ['com.example.chat'] }
const DIGEST = 'ab'.repeat(32)
const ANDROID = { packageName: 'com.example.chat', certificateDigests: [DIGEST] }
const FIREBASE = { projectNumber: '123456789012', appIds: ['1:123456789012:ios:0123456789abcdef'] }

/** Where a refusal points; empty where there is none. */
const wrong = (settings: unknown): string[] =>
  AttestationSettings.safeParse(settings).error?.issues.map(({ path }) => path.join('/')) ?? []

describe('settings of attestation', () => {
  it('accept nothing by default, and nothing that lowers a check', () => {
    expect(AttestationSettings.parse({})).toEqual(NO_ATTESTATION)
    expect(AttestationSettings.parse({ apple: APPLE, android: ANDROID, firebase: FIREBASE })).toEqual({
      apple: { ...APPLE, allowDevelopment: false },
      android: { ...ANDROID, requireStoreInstall: false, allowCompromisedDevices: false },
      firebase: FIREBASE,
    })
  })

  it('take a certificate’s digest as tools print it, and keep it in one form', () => {
    const printed = DIGEST.toUpperCase().replaceAll(/(..)(?=.)/g, '$1:')
    const settings = AttestationSettings.parse({ android: { ...ANDROID, certificateDigests: [printed] } })
    expect(settings.android?.certificateDigests).toEqual([DIGEST])
    expect(wrong({ android: { ...ANDROID, certificateDigests: [printed, DIGEST] } })).toEqual([
      'android/certificateDigests',
    ])
  })

  it.each(['com.example.chat', 'Chat', 'com.apple.example_app_attest', 'de.vincent-haupert.poc'])(
    'take the bundle id %s',
    (bundleId) => {
      expect(wrong({ apple: { ...APPLE, bundleIds: [bundleId] } })).toEqual([])
    },
  )

  it.each([
    ['apple/teamId', { apple: { ...APPLE, teamId: 'a1b2c3d4e5' } }],
    ['apple/teamId', { apple: { ...APPLE, teamId: 'A1B2C3D4E' } }],
    ['apple/bundleIds', { apple: { ...APPLE, bundleIds: [] } }],
    ['apple/bundleIds/0', { apple: { ...APPLE, bundleIds: ['com.example.*'] } }],
    ['apple/bundleIds/0', { apple: { ...APPLE, bundleIds: ['A1B2C3D4E5.com.example.chat '] } }],
    ['apple/bundleIds', { apple: { ...APPLE, bundleIds: ['com.example.chat', 'com.example.chat'] } }],
    [
      'apple/bundleIds',
      { apple: { ...APPLE, bundleIds: Array.from({ length: 21 }, (_, nth) => `com.example.a${nth}`) } },
    ],
    ['apple', { apple: { ...APPLE, more: true } }],
    ['android/packageName', { android: { ...ANDROID, packageName: 'chat' } }],
    ['android/packageName', { android: { ...ANDROID, packageName: 'com.example/../other' } }],
    ['android/certificateDigests/0', { android: { ...ANDROID, certificateDigests: [DIGEST.slice(1)] } }],
    ['android/certificateDigests/0', { android: { ...ANDROID, certificateDigests: ['ab:'.repeat(32)] } }],
    ['firebase/projectNumber', { firebase: { ...FIREBASE, projectNumber: 'my-project' } }],
    ['firebase/appIds/0', { firebase: { ...FIREBASE, appIds: ['com.example.chat'] } }],
    ['', { devicecheck: {} }],
  ])('refuse a wrong %s: %j', (path, settings) => {
    expect(wrong(settings)).toEqual([path])
  })
})
