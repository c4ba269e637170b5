import { generateKeyPairSync } from 'node:crypto'

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })

/** The JSON file of a Google service account, as text. Its key is made once for each process, because that is slow. */
export function serviceAccountFile(fields: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    type: 'service_account',
    project_id: 'example',
    private_key_id: '0123456789abcdef',
    private_key: privateKey.export({ format: 'pem', type: 'pkcs8' }),
    client_email: 'attestation@example.iam.gserviceaccount.com',
    token_uri: 'https://oauth2.googleapis.com/token',
    ...fields,
  })
}
