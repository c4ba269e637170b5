import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { PlantedCredentials, PlantedResponseKeys } from '../values/planted-credentials.js'
import type { Answer } from './ask.js'
import { forgedPlayToken } from './play-token.js'
import type { Stage } from './stage.js'

const WithToken = z.object({ id: z.string(), token: z.string() })
const Challenge = z.object({ challenge: z.string() })
const Refusal = z.object({ code: z.string(), detail: z.string() })
const Anything = z.unknown()

const SETTINGS = {
  apple: { teamId: 'CANARY1234', bundleIds: ['com.example.canary'] },
  android: { packageName: 'com.example.canary', certificateDigests: ['c'.repeat(64)] },
  firebase: { projectNumber: '123456789012', appIds: ['1:123456789012:ios:0123456789abcdef'] },
} as const

/** An app that may be attested, with its credential. */
interface Attested {
  readonly token: string
  /** Path of its credential at management. */
  readonly credential: string
}

/**
 * What is done with the credentials of attestations: put, replace, read, use, delete, and put wrongly. Two apps keep
 * one, of each kind. The copies of the apps prove nothing, and send the secrets themselves as proofs.
 *
 * Google is never asked: while an app has a service account, only tokens are sent that management refuses itself, once
 * it holds the account's key.
 *
 * @throws Error where a credential is not stored, or not used.
 */
export async function walkAttestation(
  stage: Stage,
  mark: string,
  { responseKeys, serviceAccounts }: PlantedCredentials,
): Promise<void> {
  const { management } = stage
  const withKeys = await addApp(stage, `${mark}-keys`)
  for (const keys of responseKeys) {
    await management.make(Anything, 'PUT', withKeys.credential, responseKeysInput(keys))
    expectRefusal(await prove(stage, withKeys, forgedPlayToken(keys.decryptionKey)), /verificationKey/)
  }
  const withAccount = await addApp(stage, `${mark}-account`)
  for (const json of serviceAccounts) {
    await management.make(Anything, 'PUT', withAccount.credential, { kind: 'service-account', json })
    expectRefusal(await prove(stage, withAccount, 'no token'), /./)
    await management.make(Anything, 'GET', withAccount.credential)
  }
  for (const keys of responseKeys) await putWrongly(stage, withKeys, keys)
  for (const json of serviceAccounts) await putAccountWrongly(stage, withAccount, json)
  const secrets = [
    ...responseKeys.map(({ decryptionKey }) => decryptionKey.toString('base64')),
    ...serviceAccounts.map((json) => z.object({ private_key: z.string() }).parse(JSON.parse(json)).private_key),
  ]
  for (const secret of secrets) await proveBySecret(stage, withKeys, secret)
  const deleted = await addApp(stage, `${mark}-deleted`)
  await management.make(Anything, 'PUT', deleted.credential, responseKeysInput(responseKeys[0]))
  await management.ask('DELETE', deleted.credential)
  for (const { credential } of [withKeys, withAccount, deleted]) await management.ask('GET', credential)
}

async function addApp({ management, org }: Stage, slug: string): Promise<Attested> {
  const { id, token } = await management.make(WithToken, 'POST', `${org}/apps`, {
    ...{ name: slug, slug, platform: 'android', policy: 'enforce', attestation: SETTINGS },
  })
  return { token, credential: `${org}/apps/${id}/attestation-credential` }
}

const responseKeysInput = ({ decryptionKey, verificationKey }: PlantedResponseKeys) => ({
  kind: 'response-keys',
  decryptionKey: decryptionKey.toString('base64'),
  verificationKey,
})

const newInstallation = (): string => randomBytes(16).toString('hex')

function attest({ ask, proxy }: Stage, way: string, body: unknown): Promise<Answer> {
  const headers = { 'content-type': 'application/json' }
  return ask({ method: 'POST', url: `${proxy}/v1/attest/${way}`, headers, body: JSON.stringify(body) })
}

async function newChallenge(stage: Stage, app: string): Promise<string> {
  return Challenge.parse(JSON.parse((await attest(stage, 'challenge', { app })).body)).challenge
}

async function prove(stage: Stage, app: Attested, token: string): Promise<Answer> {
  const challenge = await newChallenge(stage, app.token)
  return attest(stage, 'android', { challenge, installation: newInstallation(), token })
}

/** A credential that was not used cannot have leaked, so the run would prove nothing about it. */
function expectRefusal({ body }: Answer, detail: RegExp): void {
  const refusal = Refusal.parse(JSON.parse(body))
  if (!/^(INVALID_ATTESTATION|ATTESTATION_FAILED)$/.test(refusal.code) || !detail.test(refusal.detail))
    throw new Error(`the planted credential was not used: ${refusal.code}`)
}

/** All are refused. */
async function putWrongly({ management }: Stage, { credential }: Attested, keys: PlantedResponseKeys): Promise<void> {
  const right = responseKeysInput(keys)
  const { decryptionKey } = right
  const put = (body: unknown) => management.ask('PUT', credential, body)
  await put({ ...right, decryptionKey: `${decryptionKey} ` })
  await put({ ...right, decryptionKey: keys.decryptionKey.toString('hex') })
  await put({ ...right, verificationKey: decryptionKey })
  await put({ ...right, kind: decryptionKey })
  await put({ ...right, [decryptionKey]: true })
  await put({ kind: 'service-account', json: decryptionKey })
  await put(JSON.stringify(right).slice(0, -1))
  await put(decryptionKey)
}

/** All are refused. */
async function putAccountWrongly({ management }: Stage, { credential }: Attested, json: string): Promise<void> {
  const file = z.record(z.string(), z.string()).parse(JSON.parse(json))
  const { private_key: pem = '' } = file
  const put = (wrong: string) => management.ask('PUT', credential, { kind: 'service-account', json: wrong })
  await put(pem)
  await put(json.slice(0, -1))
  for (const field of Object.keys(file).filter((name) => name !== 'private_key'))
    await put(JSON.stringify({ ...file, [field]: pem }))
  await put(JSON.stringify({ ...file, private_key: pem.replaceAll('PRIVATE', 'PUBLIC') }))
  await management.ask('PUT', credential, { kind: 'response-keys', decryptionKey: pem, verificationKey: pem })
  await management.ask('PUT', credential, json)
}

/** In every field that takes text. All are refused. */
async function proveBySecret(stage: Stage, { token: app }: Attested, secret: string): Promise<void> {
  const challenge = await newChallenge(stage, app)
  const installation = newInstallation()
  const keyId = randomBytes(32).toString('base64')
  const bytes = Buffer.from(secret).toString('base64')
  await attest(stage, 'challenge', { app: secret })
  await attest(stage, 'android', { challenge, installation, token: secret })
  await attest(stage, 'android', { challenge: secret, installation: secret, token: secret })
  await attest(stage, 'appcheck', { app, installation, token: secret })
  await attest(stage, 'appcheck', { app, installation, token: 'no JWS' })
  await attest(stage, 'apple', { challenge, keyId, attestation: bytes })
  await attest(stage, 'apple', { challenge, keyId: bytes, attestation: secret })
  await attest(stage, 'apple/assert', { challenge, keyId, assertion: bytes })
}
