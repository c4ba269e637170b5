import { createHash } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { Fault } from '@protectmyapi/service-kit/faults'
import { ANDROID, playVerdict } from '../../test/play-device.js'
import type { AndroidSettings } from '../attestation-settings.js'
import { checkPlayVerdict } from './check-verdict.js'

const NOW_MS = Date.UTC(2026, 0, 15, 12)
const requestHash = createHash('sha256').update('challenge.installation').digest('base64url')
const otherHash = createHash('sha256').update('challenge.another-one').digest('base64url')
const genuine = playVerdict({ requestHash, nowMs: NOW_MS })
const classic = playVerdict({ requestHash, nowMs: NOW_MS, classic: true })

/** What the check says, with the settings changed. */
function verdictOn(verdict: unknown, settings: Partial<AndroidSettings> = {}, nowMs = NOW_MS): string {
  try {
    checkPlayVerdict(verdict, { ...ANDROID, ...settings }, { requestHash, nowMs })
    return 'accepted'
  } catch (err) {
    if (err instanceof Fault) return err.code
    throw err
  }
}

type Part = 'requestDetails' | 'appIntegrity' | 'deviceIntegrity' | 'accountDetails'

/** The verdict on a genuine copy, with fields of one part changed. */
const withPart = (part: Part, fields: object): unknown => ({ ...genuine, [part]: { ...genuine[part], ...fields } })

describe('a Play Integrity verdict', () => {
  it('is accepted for a genuine copy, from a standard request or a classic one', () => {
    expect(verdictOn(genuine)).toBe('accepted')
    expect(verdictOn(classic)).toBe('accepted')
  })

  it('is accepted with fields that Google adds, and with its time as a number', () => {
    const environmentDetails = { playProtectVerdict: 'NO_ISSUES' }
    expect(verdictOn({ ...genuine, environmentDetails })).toBe('accepted')
    expect(verdictOn(withPart('requestDetails', { timestampMillis: NOW_MS, added: 1 }))).toBe('accepted')
  })

  it.each([
    ['requestDetails', 'requestPackageName', 'INVALID_ATTESTATION'],
    ['requestDetails', 'requestHash', 'ATTESTATION_FAILED'],
    ['requestDetails', 'timestampMillis', 'INVALID_ATTESTATION'],
    ['appIntegrity', 'appRecognitionVerdict', 'INVALID_ATTESTATION'],
    ['appIntegrity', 'packageName', 'APP_TAMPERED'],
    ['appIntegrity', 'certificateSha256Digest', 'APP_TAMPERED'],
    ['deviceIntegrity', 'deviceRecognitionVerdict', 'DEVICE_COMPROMISED'],
    ['accountDetails', 'appLicensingVerdict', 'INVALID_ATTESTATION'],
  ] as const)('is refused if %s has no %s', (part, field, code) => {
    expect(verdictOn(withPart(part, { [field]: undefined }))).toBe(code)
    expect(verdictOn(withPart(part, { [field]: null }))).not.toBe('accepted')
  })

  it.each(['requestDetails', 'appIntegrity', 'deviceIntegrity', 'accountDetails'])(
    'is refused without %s, even if everything that may be allowed is allowed',
    (part) => {
      const lenient = { allowCompromisedDevices: true, requireStoreInstall: false }
      expect(verdictOn({ ...genuine, [part]: undefined }, lenient)).toBe('INVALID_ATTESTATION')
    },
  )

  it.each([undefined, null, 'verdict', [], {}])('is refused if it is %j', (verdict) => {
    expect(verdictOn(verdict)).toBe('INVALID_ATTESTATION')
  })

  it('is refused if another package requested it', () => {
    expect(verdictOn(withPart('requestDetails', { requestPackageName: 'com.example.other' }))).toBe('APP_TAMPERED')
  })

  it('is refused if it answers another challenge or installation', () => {
    expect(verdictOn(withPart('requestDetails', { requestHash: otherHash }))).toBe('ATTESTATION_FAILED')
    expect(verdictOn(withPart('requestDetails', { requestHash: '' }))).toBe('ATTESTATION_FAILED')
    expect(verdictOn(playVerdict({ requestHash: otherHash, nowMs: NOW_MS, classic: true }))).toBe('ATTESTATION_FAILED')
  })

  it('is refused with a nonce beside the request hash, even if both are right', () => {
    expect(verdictOn(withPart('requestDetails', { nonce: requestHash }))).toBe('ATTESTATION_FAILED')
  })

  it('is refused once it is more than five minutes old', () => {
    expect(verdictOn(genuine, {}, NOW_MS + 5 * 60_000)).toBe('accepted')
    expect(verdictOn(genuine, {}, NOW_MS + 5 * 60_000 + 1)).toBe('ATTESTATION_EXPIRED')
  })

  it('is refused if it is from more than half a minute in the future', () => {
    expect(verdictOn(genuine, {}, NOW_MS - 30_000)).toBe('accepted')
    expect(verdictOn(genuine, {}, NOW_MS - 30_001)).toBe('ATTESTATION_FAILED')
  })

  it.each(['', '-1', '1e3', '0x10', '12.5', -1, 1.5, Number.NaN, '9'.repeat(16)])(
    'is refused with the time %j',
    (timestampMillis) => {
      expect(verdictOn(withPart('requestDetails', { timestampMillis }))).toBe('INVALID_ATTESTATION')
    },
  )

  it.each([{ isTestingResponse: true }, {}, null, { isTestingResponse: 'false' }])(
    'is refused as a testing response with %j',
    (testingDetails) => {
      expect(verdictOn({ ...genuine, testingDetails })).toBe('ATTESTATION_FAILED')
    },
  )

  it('is accepted if it says that it is no testing response', () => {
    expect(verdictOn({ ...genuine, testingDetails: { isTestingResponse: false } })).toBe('accepted')
  })

  it.each(['UNRECOGNIZED_VERSION', 'UNKNOWN', '', 'play_recognized'])(
    'is refused if the app is %j and not PLAY_RECOGNIZED',
    (appRecognitionVerdict) => {
      expect(verdictOn(withPart('appIntegrity', { appRecognitionVerdict }))).toBe('APP_TAMPERED')
    },
  )

  it('is refused for the device’s fault if that kept Google from judging the app, else for the missing judgement', () => {
    const appIntegrity = { appRecognitionVerdict: 'UNEVALUATED' }
    expect(verdictOn({ ...genuine, appIntegrity, deviceIntegrity: {} })).toBe('DEVICE_COMPROMISED')
    expect(verdictOn({ ...genuine, appIntegrity })).toBe('ATTESTATION_FAILED')
    const allowed = { allowCompromisedDevices: true }
    expect(verdictOn({ ...genuine, appIntegrity, deviceIntegrity: {} }, allowed)).toBe('ATTESTATION_FAILED')
  })

  it('is refused if the app is another package', () => {
    expect(verdictOn(withPart('appIntegrity', { packageName: 'com.example.other' }))).toBe('APP_TAMPERED')
  })

  it('is refused unless a certificate of the app is among the allowed ones', () => {
    const other = createHash('sha256').update('another certificate').digest()
    const signedWith = (...digests: string[]) => withPart('appIntegrity', { certificateSha256Digest: digests })
    const own = genuine.appIntegrity.certificateSha256Digest[0] ?? ''
    expect(verdictOn(signedWith())).toBe('APP_TAMPERED')
    expect(verdictOn(signedWith(other.toString('base64url')))).toBe('APP_TAMPERED')
    expect(verdictOn(signedWith(own.slice(0, -2)))).toBe('APP_TAMPERED')
    expect(verdictOn(signedWith(other.toString('base64url'), own))).toBe('accepted')
    const both = { certificateDigests: [...ANDROID.certificateDigests, other.toString('hex')] }
    expect(verdictOn(signedWith(other.toString('base64url')), both)).toBe('accepted')
  })

  it.each([
    [['MEETS_DEVICE_INTEGRITY', 'MEETS_BASIC_INTEGRITY'], 'accepted'],
    [['MEETS_BASIC_INTEGRITY'], 'DEVICE_COMPROMISED'],
    [['MEETS_VIRTUAL_INTEGRITY'], 'EMULATOR_DETECTED'],
    [['MEETS_STRONG_INTEGRITY'], 'DEVICE_COMPROMISED'],
    [[], 'DEVICE_COMPROMISED'],
  ])('on a device that %j is: %s', (deviceRecognitionVerdict, outcome) => {
    const verdict = withPart('deviceIntegrity', { deviceRecognitionVerdict })
    expect(verdictOn(verdict)).toBe(outcome)
    expect(verdictOn(verdict, { allowCompromisedDevices: true })).toBe('accepted')
  })

  it('on a device that meets nothing, which Google leaves out, is accepted only if such devices are allowed', () => {
    const verdict = { ...genuine, deviceIntegrity: {} }
    expect(verdictOn(verdict, { allowCompromisedDevices: true })).toBe('accepted')
    expect(verdictOn(verdict)).toBe('DEVICE_COMPROMISED')
  })

  it.each(['UNLICENSED', 'UNEVALUATED', ''])(
    'of a copy that is %j is refused only where the store is required',
    (appLicensingVerdict) => {
      const verdict = withPart('accountDetails', { appLicensingVerdict })
      expect(verdictOn(verdict)).toBe('ATTESTATION_FAILED')
      expect(verdictOn(verdict, { requireStoreInstall: false })).toBe('accepted')
    },
  )
})
