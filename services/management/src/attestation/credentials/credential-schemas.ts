import { SecretText } from '@protectmyapi/service-kit/crypto/secret-text'
import { z } from 'zod'
import { Timestamp } from '../../http/fields.js'

const LIMITS = {
  /** Base64 of 32 bytes has 44 characters; more, so that the refusal can say what is expected. */
  decryptionKeyCharsMax: 128,
  /** Base64 of a P-256 public key has 124 characters. */
  verificationKeyCharsMax: 256,
  /** Google's file has some 2,400 characters. */
  jsonCharsMax: 16_384,
} as const

const hidden = (charsMax: number, description: string) =>
  z
    .string()
    .min(1)
    .max(charsMax)
    .meta({ writeOnly: true, description: `${description} It is never readable again.` })
    .transform((text) => new SecretText(text))

const ResponseKeysInput = z.strictObject({
  kind: z.literal('response-keys'),
  decryptionKey: hidden(
    LIMITS.decryptionKeyCharsMax,
    'The decryption key as the Play Console shows it: 32 bytes in base64.',
  ),
  verificationKey: z.string().min(1).max(LIMITS.verificationKeyCharsMax).meta({
    description: 'The verification key as the Play Console shows it: a P-256 public key (SPKI) in base64.',
  }),
})

const ServiceAccountInput = z.strictObject({
  kind: z.literal('service-account'),
  json: hidden(LIMITS.jsonCharsMax, 'The text of the JSON file with the service account’s key.'),
})

export const CredentialInput = z.discriminatedUnion('kind', [ResponseKeysInput, ServiceAccountInput])
export type CredentialInput = z.output<typeof CredentialInput>
export type CredentialKind = CredentialInput['kind']

const put = {
  createdAt: Timestamp,
  createdBy: z.string().meta({ description: 'Id of the person.' }),
}

export const CredentialView = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('response-keys'),
      verificationKeyFingerprint: z
        .string()
        .meta({ description: 'SHA-256 of the verification key (SPKI, DER) in hexadecimal digits.' }),
      ...put,
    }),
    z.object({
      kind: z.literal('service-account'),
      clientEmail: z.string().meta({ description: 'The e-mail address of the service account.' }),
      ...put,
    }),
  ])
  .meta({ id: 'AttestationCredential' })
