import { timingSafeEqual } from 'node:crypto'
import { Fault } from '@protectmyapi/service-kit/faults'
import { z } from 'zod'
import type { AndroidSettings } from '../attestation-settings.js'

const LIMITS = {
  /** As long as the challenge that the verdict answers. */
  ageMsMax: 5 * 60_000,
  /** Google's clock and this one may differ; the tolerance is never added to the age. */
  skewMs: 30_000,
} as const

/** An int64, which Google's answers write as text, and tokens that an app's own keys open also as a number. */
const Millis = z.union([z.int().nonnegative(), z.string().regex(/^\d{1,15}$/)]).transform(Number)

/** What is read of a verdict. Google adds fields at any time, so unknown ones are ignored; a missing one refuses. */
const Verdict = z.object({
  requestDetails: z.object({
    requestPackageName: z.string(),
    requestHash: z.string().optional(),
    nonce: z.string().optional(),
    timestampMillis: Millis,
  }),
  appIntegrity: z.object({
    appRecognitionVerdict: z.string(),
    // Both are missing where Google did not evaluate the app.
    packageName: z.string().optional(),
    certificateSha256Digest: z.array(z.string()).default([]),
  }),
  deviceIntegrity: z.object({
    // Google leaves out an empty list: that is the verdict on a device that meets nothing.
    deviceRecognitionVerdict: z.array(z.string()).default([]),
  }),
  accountDetails: z.object({ appLicensingVerdict: z.string() }),
  testingDetails: z.unknown().optional(),
})
type Verdict = z.output<typeof Verdict>

/** What the verdict has to answer. */
export interface ExpectedRequest {
  /** Base64url without padding: `requestHash` of a standard request, or `nonce` of a classic one. */
  readonly requestHash: string
  readonly nowMs: number
}

/**
 * Checks a verdict of Play Integrity that was opened with the app's keys or by Google. The request comes first, because
 * nothing else in a verdict counts for this app before it is known to answer this app's challenge.
 *
 * @throws Fault INVALID_ATTESTATION, ATTESTATION_FAILED, ATTESTATION_EXPIRED, APP_TAMPERED, DEVICE_COMPROMISED,
 * EMULATOR_DETECTED.
 */
export function checkPlayVerdict(verdict: unknown, app: AndroidSettings, expected: ExpectedRequest): void {
  const parsed = Verdict.safeParse(verdict)
  if (!parsed.success) {
    const where = parsed.error.issues.map(({ path }) => path.join('.')).join(', ')
    throw new Fault('INVALID_ATTESTATION', `play: the verdict lacks ${where}`)
  }
  checkRequest(parsed.data.requestDetails, app, expected)
  refuseTestingResponse(parsed.data)
  checkApp(parsed.data, app)
  checkDevice(parsed.data, app)
  checkLicence(parsed.data, app)
}

function checkRequest(request: Verdict['requestDetails'], app: AndroidSettings, expected: ExpectedRequest): void {
  if (request.requestPackageName !== app.packageName)
    throw new Fault('APP_TAMPERED', 'play: requested by another package', { say: OTHER_PACKAGE })
  if (!answers(request, expected.requestHash))
    throw failed(
      'another request hash or nonce',
      'The Play Integrity verdict answers another request. Ask for a fresh challenge, and request a token for the base64url SHA-256 of "challenge.installation".',
    )
  const ageMs = expected.nowMs - request.timestampMillis
  if (ageMs > LIMITS.ageMsMax) throw new Fault('ATTESTATION_EXPIRED', 'play: the verdict is too old')
  if (ageMs < -LIMITS.skewMs) throw failed('a verdict from the future')
}

/** A standard request has a hash, a classic one a nonce; with both, it would be unclear which one Google checked. */
function answers({ requestHash, nonce }: Verdict['requestDetails'], wanted: string): boolean {
  if ((requestHash === undefined) === (nonce === undefined)) return false
  // Google pads the nonce.
  return equal(requestHash ?? nonce?.replace(/=$/, '') ?? '', wanted)
}

function equal(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** A tester of the Play Console chooses such a verdict freely. */
function refuseTestingResponse({ testingDetails }: Verdict): void {
  if (testingDetails === undefined) return
  if (NoTestingResponse.safeParse(testingDetails).success) return
  throw failed(
    'a testing response',
    'This is a testing response that was set up in the Play Console. Remove it for this tester, or use a debug token in development.',
  )
}

const NoTestingResponse = z.object({ isTestingResponse: z.literal(false) })

function checkApp(verdict: Verdict, app: AndroidSettings): void {
  const { appRecognitionVerdict, packageName, certificateSha256Digest } = verdict.appIntegrity
  if (appRecognitionVerdict === 'UNEVALUATED') {
    // Mostly the device's fault, which is then the better answer.
    checkDevice(verdict, app)
    throw failed(
      'the app was not evaluated',
      'Google Play could not judge the app on this device: it is not trustworthy enough, or Google Play is missing, outdated or signed out.',
    )
  }
  if (appRecognitionVerdict !== 'PLAY_RECOGNIZED') throw new Fault('APP_TAMPERED', 'play: the app is not recognized')
  if (packageName !== app.packageName) throw new Fault('APP_TAMPERED', 'play: another package', { say: OTHER_PACKAGE })
  const digests = certificateSha256Digest.map((digest) => Buffer.from(digest, 'base64url').toString('hex'))
  if (!digests.some((digest) => app.certificateDigests.includes(digest)))
    throw new Fault('APP_TAMPERED', 'play: signed with another certificate', {
      say: 'The app is signed with a certificate that its settings do not list. Reinstall it from the store, or have an owner or admin list the certificate (attestation.android.certificateDigests).',
    })
}

function checkDevice({ deviceIntegrity }: Verdict, app: AndroidSettings): void {
  const labels = deviceIntegrity.deviceRecognitionVerdict
  if (app.allowCompromisedDevices || labels.includes('MEETS_DEVICE_INTEGRITY')) return
  if (labels.includes('MEETS_VIRTUAL_INTEGRITY')) throw new Fault('EMULATOR_DETECTED', 'play: an emulator')
  throw new Fault('DEVICE_COMPROMISED', 'play: no device integrity', {
    say: 'This device does not meet Play’s device integrity. Use another one, or have an owner or admin allow such devices (attestation.android.allowCompromisedDevices).',
  })
}

function checkLicence({ accountDetails }: Verdict, app: AndroidSettings): void {
  if (!app.requireStoreInstall || accountDetails.appLicensingVerdict === 'LICENSED') return
  throw failed(
    'not licensed by the store',
    'This copy was not installed from Google Play. Install it from there, or have an owner or admin allow other copies (attestation.android.requireStoreInstall).',
  )
}

const OTHER_PACKAGE =
  'The verdict is for another package than the app’s settings name. Check attestation.android.packageName.'

function failed(detail: string, say?: string): Fault {
  return new Fault('ATTESTATION_FAILED', `play: ${detail}`, say === undefined ? {} : { say })
}
