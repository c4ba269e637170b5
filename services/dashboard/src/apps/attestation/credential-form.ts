import type { AttestationCredentialInput } from '../../api/types.js'

type CredentialKind = AttestationCredentialInput['kind']

/** What Google gives for verifying Play Integrity, and for which requests of the app it serves. */
export const CREDENTIAL_KINDS = {
  'response-keys': {
    label: 'Response keys',
    serves: 'For classic requests. The tokens are decrypted here, and Google is not asked.',
  },
  'service-account': {
    label: 'Service account',
    serves:
      'For standard requests. Google reads each token: 10,000 a day for each app, unless it has raised your quota.',
  },
} as const satisfies Record<CredentialKind, { label: string; serves: string }>

/** What is entered for both kinds; one of them is sent. */
export type CredentialForm = {
  kind: CredentialKind
  decryptionKey: string
  verificationKey: string
  json: string
}

export const NO_CREDENTIAL: CredentialForm = {
  kind: 'response-keys',
  decryptionKey: '',
  verificationKey: '',
  json: '',
}

/** A line break at the end is no part of a pasted key. */
export function credentialBody({
  kind,
  decryptionKey,
  verificationKey,
  json,
}: CredentialForm): AttestationCredentialInput {
  return kind === 'response-keys'
    ? { kind, decryptionKey: decryptionKey.trim(), verificationKey: verificationKey.trim() }
    : { kind, json }
}

const required =
  (of: CredentialKind, say: string) =>
  (text: string, { kind }: CredentialForm) =>
    kind === of && text.trim() === '' ? say : null

export const CREDENTIAL_RULES = {
  decryptionKey: required('response-keys', 'Give the decryption key.'),
  verificationKey: required('response-keys', 'Give the verification key.'),
  json: required('service-account', 'Paste the JSON of the key, or choose its file.'),
}
