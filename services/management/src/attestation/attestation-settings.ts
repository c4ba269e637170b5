import { z } from 'zod'

/** Bounds of what an app may list. An app has a bundle id for each of its variants, and an old and a new certificate. */
const LIMITS = { namesMax: 20 } as const

/** Ten letters and digits, as in the membership details of an Apple developer account. */
const TeamId = z.string().regex(/^[A-Z0-9]{10}$/, 'Give the ten letters and digits of the Apple developer team.')

/** Apple's CFBundleIdentifier. Apple's own samples have underscores, which its rules do not. Wildcards name no app. */
const BundleId = z
  .string()
  .max(155)
  .regex(/^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/, 'Give a bundle id, such as com.example.chat.')

/** Android's application id: two segments at least, each beginning with a letter. */
const PackageName = z
  .string()
  .max(255)
  .regex(/^[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z][A-Za-z0-9_]*)+$/, 'Give a package name, such as com.example.chat.')

/** As `apksigner` and the Play Console print it, with or without colons; kept in lower case without. */
const CertificateDigest = z
  .string()
  .regex(
    /^(?:[0-9A-Fa-f]{64}|[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){31})$/,
    'Give the SHA-256 digest of the signing certificate: 64 hexadecimal digits, with or without colons.',
  )
  .overwrite((digest) => digest.replaceAll(':', '').toLowerCase())

const ProjectNumber = z.string().regex(/^[1-9][0-9]{5,19}$/, 'Give the number of the Firebase project, not its id.')

/** `1:<project number>:<platform>:<hex>`. */
const FirebaseAppId = z
  .string()
  .max(128)
  .regex(
    /^1:[0-9]{6,20}:(?:android|ios|web):[0-9a-f]+$/,
    'Give a Firebase app id, such as 1:123456789012:ios:0123456789abcdef.',
  )

const listOf = <Item extends z.ZodType<string>>(item: Item) =>
  z
    .array(item)
    .min(1)
    .max(LIMITS.namesMax)
    .refine((items) => new Set(items).size === items.length, 'Each may be listed once.')

/** Apple attests keys of development builds apart from those of the App Store, TestFlight and enterprises. */
export const APPLE_ENVIRONMENTS = ['production', 'development'] as const
export type AppleEnvironment = (typeof APPLE_ENVIRONMENTS)[number]

const AppleSettings = z.strictObject({
  teamId: TeamId,
  bundleIds: listOf(BundleId),
  allowDevelopment: z.boolean().default(false).meta({
    description: 'Also accept builds that were signed for development, whose keys are attested by Apple’s sandbox.',
  }),
})
export type AppleSettings = z.output<typeof AppleSettings>

const AndroidSettings = z.strictObject({
  packageName: PackageName,
  certificateDigests: listOf(CertificateDigest).meta({
    description: 'SHA-256 of the certificates that sign the app; with Play App Signing, the one of the Play Console.',
  }),
  requireStoreInstall: z.boolean().default(false).meta({ description: 'Only copies that Google Play licensed.' }),
  allowCompromisedDevices: z.boolean().default(false).meta({
    description: 'Also accept devices that fail Play’s device integrity: rooted ones and emulators.',
  }),
})
export type AndroidSettings = z.output<typeof AndroidSettings>

const FirebaseSettings = z.strictObject({
  projectNumber: ProjectNumber,
  appIds: listOf(FirebaseAppId),
})
export type FirebaseSettings = z.output<typeof FirebaseSettings>

/** How copies of an app may prove that they are genuine. What is null proves nothing. */
export const AttestationSettings = z
  .strictObject({
    apple: AppleSettings.nullable().default(null).meta({ description: 'Apple App Attest.' }),
    android: AndroidSettings.nullable().default(null).meta({ description: 'Google Play Integrity.' }),
    firebase: FirebaseSettings.nullable().default(null).meta({ description: 'Firebase App Check.' }),
  })
  .meta({ description: 'How copies of the app prove that they are genuine. What is null is not accepted.' })
export type AttestationSettings = z.output<typeof AttestationSettings>

/** No way to prove anything: the app can be used with debug tokens alone, or under another policy than `enforce`. */
export const NO_ATTESTATION: AttestationSettings = { apple: null, android: null, firebase: null }
