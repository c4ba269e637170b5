import { describe, expect, it } from '@jest/globals'
import { memoryLog } from '@protectmyapi/dev-kit/memory-log'
import { Fault, type FaultCode } from '@protectmyapi/service-kit/faults'
import { codeOf } from '../../test/code-of.js'
import { classicToken, makeResponseKeys, openedKeys } from '../../test/play-device.js'
import { makeServiceAccount } from '../../test/service-account.js'
import { NO_ATTESTATION } from '../attestation-settings.js'
import type { OpenedCredential } from '../credentials/sealed-credential.js'
import { createAppShares } from './app-shares.js'
import { createReadPlayToken } from './read-play-token.js'

const APP = { id: 'app_1', organizationId: 'org_1', generation: 1, attestation: NO_ATTESTATION }
const keys = makeResponseKeys()
const account = makeServiceAccount()
const CREDENTIALS = {
  'response-keys': { kind: 'response-keys', ...openedKeys(keys) },
  'service-account': { kind: 'service-account', ...account },
} as const satisfies Record<string, OpenedCredential>

/** Reads tokens of an app with this credential; Google answers with what it was asked. */
const readWith = (credential: OpenedCredential | undefined) =>
  createReadPlayToken({
    credentials: {
      lease: async (organizationId, appId) =>
        organizationId === APP.organizationId && appId === APP.id ? credential : undefined,
    },
    decode: async (token, packageName, { clientEmail }) => ({ token, packageName, clientEmail }),
    shares: createAppShares(),
    log: memoryLog().log,
  })

describe('a Play Integrity token', () => {
  it('is opened with the response keys of its app, and Google is not asked', async () => {
    const token = await classicToken({ some: 'verdict' }, keys)
    expect(await readWith(CREDENTIALS['response-keys'])(APP, 'com.example.chat', token)).toEqual({ some: 'verdict' })
  })

  it('is decoded by Google for the service account of its app', async () => {
    expect(await readWith(CREDENTIALS['service-account'])(APP, 'com.example.chat', 'token')).toEqual({
      token: 'token',
      packageName: 'com.example.chat',
      clientEmail: account.clientEmail,
    })
  })

  it('is refused if its app has no credential, even with those of another app', async () => {
    expect(await codeOf(readWith(undefined)(APP, 'com.example.chat', 'token'))).toBe('ATTESTATION_FAILED')
    const other = { ...APP, id: 'app_2' }
    expect(await codeOf(readWith(CREDENTIALS['service-account'])(other, 'p', 'token'))).toBe('ATTESTATION_FAILED')
  })

  const readWithout = (code: FaultCode) => {
    const { log, lines } = memoryLog()
    const read = createReadPlayToken({
      credentials: { lease: () => Promise.reject(new Fault(code, 'no lease')) },
      decode: () => Promise.reject(new Error('Google was asked')),
      shares: createAppShares(),
      log,
    })
    return { reading: read(APP, 'com.example.chat', 'token'), lines }
  }

  it('is UNAVAILABLE if its app’s credential cannot be opened, its owner is told, and the log has an error', async () => {
    const { reading, lines } = readWithout('SECRET_DECRYPTION_FAILED')
    await expect(reading).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      say: expect.stringContaining('An owner or admin has to enter it again'),
    })
    expect(lines()).toMatchObject([{ level: 'error', organizationId: APP.organizationId, appId: APP.id }])
  })

  it('is UNAVAILABLE while the vault is away, and that is no error of the credential', async () => {
    const { reading, lines } = readWithout('UNAVAILABLE')
    await expect(reading).rejects.toMatchObject({ code: 'UNAVAILABLE', message: 'no lease' })
    expect(lines()).toEqual([])
  })
})
