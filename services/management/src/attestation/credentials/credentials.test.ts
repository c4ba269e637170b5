import { createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import { beforeEach, describe, expect, it, jest } from '@jest/globals'
import { memoryLog } from '@protectmyapi/dev-kit/memory-log'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { systemClock } from '@protectmyapi/service-kit/clock'
import { SecretBytes } from '@protectmyapi/service-kit/crypto/secret-text'
import { newId } from '@protectmyapi/service-kit/ids'
import type { CallOrg } from '../../access/principal.js'
import { codeOf } from '../../test/code-of.js'
import { type Person, restHarness } from '../../test/rest-harness.js'
import { serviceAccountFile } from '../../test/service-account-file.js'
import type { CredentialDeps } from './credential-deps.js'
import { createCredentialLeases } from './credential-leases.js'
import { CredentialInput } from './credential-schemas.js'
import { deleteCredential } from './delete-credential.js'
import { putCredential } from './put-credential.js'
import { tendCredentials } from './tend-credentials.js'

const house = await startForAllTests(restHarness)
const owner = await house.person('owner')
const { log, text: logged } = memoryLog('trace')
const deps: CredentialDeps = { db: house.db, vault: house.vault, commitChange: house.feed.commitChange, log }

const DECRYPTION_KEY = randomBytes(32)
const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const RESPONSE_KEYS = {
  kind: 'response-keys',
  decryptionKey: DECRYPTION_KEY.toString('base64'),
  verificationKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
}
const accountOf = (client_email: string) => ({
  kind: 'service-account',
  json: serviceAccountFile({ client_email }),
})

let org: Pick<CallOrg, 'id'>
let app: string
let path: string
let count = 0
beforeEach(async () => {
  count += 1
  const id = await house.organization(owner, `Credentials ${count}`)
  org = { id }
  app = (await owner.ask('POST', `/orgs/${id}/apps`, { name: 'App', slug: 'app', platform: 'android' })).body.id
  path = `/orgs/${id}/apps/app/attestation-credential`
})

const ACTOR = { kind: 'user', id: 'usr_test', requestId: null } as const
const always = async (): Promise<void> => undefined

/** A put beside the REST side, by a management whose parts may fail. */
const putBy = (by: CredentialDeps, client_email: string) =>
  putCredential(by, ACTOR, org, { app, given: CredentialInput.parse(accountOf(client_email)), precondition: always })
const put = (client_email: string) => putBy(deps, client_email)
/** The next put ends before or after the vault has stored its value, as by a crash, and cannot find out which. */
function interruptNextPut(when: 'before' | 'after'): void {
  house.vault.failNext('putSecret', when)
  house.vault.failNext('settleVersion', 'before')
}

const withVault = (vault: Pick<CredentialDeps['vault'], 'putSecret'>): CredentialDeps => ({
  ...deps,
  vault: { ...house.vault, ...vault },
})

interface Row {
  readonly id: string
  readonly state: string
  readonly destroyed_at: Date | null
}
const rows = (): Promise<Row[]> =>
  house.db('attestation_credentials').where('app_id', app).orderBy('id').select('id', 'state', 'destroyed_at')
/** Each credential of the app, oldest first: its row's state, whether it is marked as destroyed, and the vault's state. */
const states = async () =>
  (await rows()).map(({ id, state, destroyed_at }) =>
    [state, destroyed_at ? 'marked' : 'unmarked', house.vault.stateOf(id)].join(' '),
  )
const DESTROYED = 'retired marked destroyed'
const CLOSED = 'retired marked closed'
const IN_FORCE = 'active unmarked stored'

/** Whose credential a verification would use now. */
const inUse = async (): Promise<string | undefined> => {
  const leases = createCredentialLeases({ db: house.db, vault: house.vault, clock: systemClock, log })
  const credential = await leases.lease(org.id, app)
  await leases.stop()
  return credential?.kind === 'service-account' ? credential.clientEmail : credential?.kind
}
const events = async (): Promise<string[]> =>
  (await house.db('audit').where({ organization_id: org.id, target_id: app }).orderBy('id').select('event'))
    .map(({ event }: { event: string }) => event)
    .filter((event) => event.startsWith('attestation-credential.'))

describe('the credential of an app', () => {
  it('is created with 201 and replaced with 200, shown without its secret, and deleted with 204', async () => {
    await owner.ask('GET', path).expect(404)
    const made = await owner.ask('PUT', path, accountOf('one@example.com')).expect(201)
    const shown = { kind: 'service-account', clientEmail: 'one@example.com', createdBy: owner.id }
    expect(made.body).toEqual({ ...shown, createdAt: expect.any(String) })
    expect((await owner.ask('GET', path).expect(200)).body).toEqual(made.body)
    const replaced = await owner.ask('PUT', path, RESPONSE_KEYS).expect(200)
    expect(replaced.body).toEqual({
      kind: 'response-keys',
      verificationKeyFingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      createdAt: expect.any(String),
      createdBy: owner.id,
    })
    expect(await inUse()).toBe('response-keys')
    expect(await states()).toEqual([DESTROYED, IN_FORCE])
    await owner.ask('DELETE', path).expect(204)
    await owner.ask('GET', path).expect(404)
    await owner.ask('DELETE', path).expect(404)
    expect(await states()).toEqual([DESTROYED, DESTROYED])
    expect(await events()).toEqual([
      'attestation-credential.created',
      'attestation-credential.replaced',
      'attestation-credential.deleted',
    ])
  })

  it('is put under If-None-Match: * and If-Match as the one that is there asks for', async () => {
    await owner.ask('PUT', path, RESPONSE_KEYS).set('if-match', '*').expect(412)
    await owner.ask('PUT', path, RESPONSE_KEYS).set('if-none-match', '*').expect(201)
    await owner.ask('PUT', path, RESPONSE_KEYS).set('if-none-match', '*').expect(412)
    const { headers } = await owner.ask('GET', path).expect(200)
    await owner.ask('PUT', path, accountOf('one@example.com')).set('if-match', String(headers.etag)).expect(200)
    await owner.ask('DELETE', path).set('if-match', String(headers.etag)).expect(412)
    expect(await inUse()).toBe('one@example.com')
  })

  it('is recorded as put by the person, and by which of their tokens', async () => {
    const asked = { name: 'ci', scopes: ['secrets:write'], organizations: 'all', expiresInDays: 1 }
    const { body: token } = await owner.ask('POST', '/auth/tokens', asked).expect(201)
    await house.anonymous('PUT', path, RESPONSE_KEYS).set('authorization', `Bearer ${token.token}`).expect(201)
    const [row] = await house.db('attestation_credentials').where('app_id', app)
    expect([row.created_by, row.created_token]).toEqual([owner.id, token.id])
  })

  it('is refused to a token that may write apps but no secrets', async () => {
    const asked = { name: 'apps', scopes: ['apps:write', 'apps:read'], organizations: 'all', expiresInDays: 1 }
    const { body: token } = await owner.ask('POST', '/auth/tokens', asked).expect(201)
    const by = (method: 'PUT' | 'DELETE', body?: object) =>
      house.anonymous(method, path, body).set('authorization', `Bearer ${token.token}`)
    await by('PUT', RESPONSE_KEYS).expect(403)
    await by('DELETE').expect(403)
  })

  it.each([
    { kind: 'response-keys', decryptionKey: 'no-key', verificationKey: RESPONSE_KEYS.verificationKey },
    { kind: 'service-account', json: '{}' },
    { kind: 'none' },
    { ...RESPONSE_KEYS, json: '{}' },
    { ...RESPONSE_KEYS, decryptionKey: 'A'.repeat(129) },
    { kind: 'service-account', json: ' '.repeat(16_385) },
  ])('is refused with 400 when it cannot be used, before anything is written (case %#)', async (body) => {
    const { body: problem } = await owner.ask('PUT', path, body).expect(400)
    expect(problem.code).toBe('INVALID_REQUEST')
    expect(await rows()).toEqual([])
  })

  it('ends with its app: the vault destroys it, and what was under way to replace it', async () => {
    await put('one@example.com')
    interruptNextPut('after')
    expect(await codeOf(put('two@example.com'))).toBe('UNAVAILABLE')
    await owner.ask('DELETE', `/orgs/${org.id}/apps/app`).expect(204)
    expect(await inUse()).toBeUndefined()
    await tendCredentials(deps)
    expect(await states()).toEqual([DESTROYED, DESTROYED])
  })

  it('ends with its organization, whose data keys are destroyed', async () => {
    await put('one@example.com')
    const [row] = await rows()
    expect(house.vault.valueOf(row?.id ?? '')).toBeDefined()
    await owner.ask('DELETE', `/orgs/${org.id}`).expect(204)
    expect(await inUse()).toBeUndefined()
    expect(house.vault.valueOf(row?.id ?? '')).toBeUndefined()
  })

  it('is not that of another organization’s app of the same slug, nor reached by its id', async () => {
    await put('one@example.com')
    const other = await house.organization(owner, `Others ${count}`)
    await owner.ask('POST', `/orgs/${other}/apps`, { name: 'App', slug: 'app', platform: 'android' }).expect(201)
    await owner.ask('GET', `/orgs/${other}/apps/app/attestation-credential`).expect(404)
    await owner.ask('PUT', `/orgs/${other}/apps/${app}/attestation-credential`, RESPONSE_KEYS).expect(404)
    await owner.ask('DELETE', `/orgs/${other}/apps/${app}/attestation-credential`).expect(404)
    expect(await inUse()).toBe('one@example.com')
  })
})

describe('a put that ends between two steps', () => {
  it('before the vault was asked, changes nothing; its row is given up, and the version is closed for ever', async () => {
    await put('one@example.com')
    interruptNextPut('before')
    expect(await codeOf(put('two@example.com'))).toBe('UNAVAILABLE')
    expect(await inUse()).toBe('one@example.com')
    expect((await states())[1]).toBe('pending unmarked unknown')
    await tendCredentials(deps, 0)
    expect(await states()).toEqual([IN_FORCE, CLOSED])
    expect(await events()).toEqual(['attestation-credential.created'])
  })

  it('after the vault has stored the value, changes nothing, and the vault destroys the value', async () => {
    await put('one@example.com')
    interruptNextPut('after')
    expect(await codeOf(put('two@example.com'))).toBe('UNAVAILABLE')
    expect(await inUse()).toBe('one@example.com')
    expect((await states())[1]).toBe('pending unmarked stored')
    await tendCredentials(deps, 0)
    expect(await states()).toEqual([IN_FORCE, DESTROYED])
  })

  it('is not given up while it may still be under way', async () => {
    interruptNextPut('after')
    expect(await codeOf(put('one@example.com'))).toBe('UNAVAILABLE')
    await tendCredentials(deps)
    expect(await states()).toEqual(['pending unmarked stored'])
  })

  it('before its row becomes active, changes nothing, and the vault destroys the value', async () => {
    let commits = 0
    const commitChange: CredentialDeps['commitChange'] = (actor, work) => {
      commits += 1
      return commits === 1 ? deps.commitChange(actor, work) : Promise.reject(new Error('the process died'))
    }
    await expect(putBy({ ...deps, commitChange }, 'one@example.com')).rejects.toThrow('the process died')
    expect(await inUse()).toBeUndefined()
    await tendCredentials(deps, 0)
    expect(await states()).toEqual([DESTROYED])
  })

  it('before the former one is destroyed, is in force, and the former one is destroyed later', async () => {
    await put('one@example.com')
    house.vault.failNext('destroyVersions', 'before')
    await put('two@example.com')
    expect(await inUse()).toBe('two@example.com')
    expect(await states()).toEqual(['retired unmarked stored', IN_FORCE])
    await tendCredentials(deps)
    expect(await states()).toEqual([DESTROYED, IN_FORCE])
  })

  it('before the destruction is marked, has it repeated', async () => {
    await put('one@example.com')
    house.vault.failNext('destroyVersions', 'after')
    await put('two@example.com')
    expect(await states()).toEqual(['retired unmarked destroyed', IN_FORCE])
    await tendCredentials(deps)
    expect(await states()).toEqual([DESTROYED, IN_FORCE])
  })

  it('is in force although the vault’s answer was lost, if the vault can say that it has the value', async () => {
    house.vault.failNext('putSecret', 'after')
    expect((await put('one@example.com')).outcome).toBe('created')
    expect(await inUse()).toBe('one@example.com')
  })

  it('does not keep the next put waiting, which takes its place', async () => {
    interruptNextPut('after')
    expect(await codeOf(put('one@example.com'))).toBe('UNAVAILABLE')
    await put('two@example.com')
    expect(await inUse()).toBe('two@example.com')
    expect(await states()).toEqual([DESTROYED, IN_FORCE])
  })
})

describe('a deletion that ends before the destruction', () => {
  it('is in force, and the destruction is done later', async () => {
    await put('one@example.com')
    house.vault.failNext('destroyVersions', 'before')
    await deleteCredential(deps, ACTOR, org, { app, precondition: always })
    expect(await inUse()).toBeUndefined()
    expect(await states()).toEqual(['retired unmarked stored'])
    await tendCredentials(deps)
    expect(await states()).toEqual([DESTROYED])
  })
})

describe('a put whose value is at the vault', () => {
  /** Does something else as soon as the vault has stored the value. */
  const overtakenBy = (other: () => Promise<unknown>): CredentialDeps =>
    withVault({
      putSecret: async (version) => {
        await house.vault.putSecret(version)
        await other()
      },
    })

  it('is refused with CONFLICT if another put began since, and that one is in force', async () => {
    const overtaken = overtakenBy(() => put('two@example.com'))
    expect(await codeOf(putBy(overtaken, 'one@example.com'))).toBe('CONFLICT')
    expect(await inUse()).toBe('two@example.com')
    await tendCredentials(deps)
    expect(await states()).toEqual([DESTROYED, IN_FORCE])
  })

  it('is refused with CONFLICT if the credential was deleted since, and the app has none', async () => {
    await put('one@example.com')
    const overtaken = overtakenBy(() => deleteCredential(deps, ACTOR, org, { app, precondition: always }))
    expect(await codeOf(putBy(overtaken, 'two@example.com'))).toBe('CONFLICT')
    expect(await inUse()).toBeUndefined()
    expect(await states()).toEqual([DESTROYED, DESTROYED])
  })

  it('is refused with CONFLICT if it was given up since', async () => {
    const overtaken = overtakenBy(() => tendCredentials(deps, 0))
    expect(await codeOf(putBy(overtaken, 'one@example.com'))).toBe('CONFLICT')
    expect(await states()).toEqual([DESTROYED])
  })

  it('is refused with APP_NOT_FOUND if the app was deleted since', async () => {
    const overtaken = overtakenBy(() => owner.ask('DELETE', `/orgs/${org.id}/apps/${app}`).expect(204))
    expect(await codeOf(putBy(overtaken, 'one@example.com'))).toBe('APP_NOT_FOUND')
    await tendCredentials(deps)
    expect(await states()).toEqual([DESTROYED])
  })

  it('is refused with FORBIDDEN if its person’s role was lowered since, and the former one stays', async () => {
    await put('one@example.com')
    const admin = await house.person(`admin${count}`)
    await house.join(org.id, admin, 'admin')
    const lower = () => house.db('members').where({ user_id: admin.id }).update({ role: 'member' })
    const actor = { ...ACTOR, id: admin.id, authority: await authorityOf(admin) }
    const asked = { app, given: CredentialInput.parse(RESPONSE_KEYS), precondition: always }
    expect(await codeOf(putCredential(overtakenBy(lower), actor, org, asked))).toBe('FORBIDDEN')
    expect(await inUse()).toBe('one@example.com')
  })

  it('TOMB: cannot be stored any more once it was given up', async () => {
    const late = withVault({
      putSecret: async (version) => {
        await tendCredentials(deps, 0)
        await house.vault.putSecret(version)
      },
    })
    expect(await codeOf(putBy(late, 'one@example.com'))).toBe('CONFLICT')
    expect(await states()).toEqual([CLOSED])
  })

  it('is answered or refused with CONFLICT if ten are made at the same time, and then one credential is in force', async () => {
    const codes = await Promise.all(Array.from({ length: 10 }, (_, n) => codeOf(put(`n${n}@example.com`))))
    expect(codes.filter((code) => code === 'answered').length).toBeGreaterThanOrEqual(1)
    expect(codes.every((code) => code === 'answered' || code === 'CONFLICT')).toBe(true)
    await tendCredentials(deps)
    expect((await states()).filter((state) => state !== DESTROYED && state !== CLOSED)).toEqual([IN_FORCE])
  })
})

async function authorityOf({ id }: Person) {
  const [signIn] = await house.db('sign_ins').where('user_id', id).select('id')
  return {
    via: 'sign-in' as const,
    credentialId: String(signIn.id),
    place: { organizationId: org.id, userId: id, permission: 'secrets:write' as const },
  }
}

describe('the background work', () => {
  it('passes a row that the vault refuses, names it in the log, and destroys the others', async () => {
    const forged = `!${newId('version')}`
    const retired = { state: 'retired', retired_at: house.db.fn.now(), kind: 'response-keys', identity: '' }
    const of = { organization_id: org.id, app_id: app, created_by: 'usr_forger' }
    await house.db('attestation_credentials').insert({ id: forged, secret_id: forged, ...retired, ...of })
    interruptNextPut('after')
    expect(await codeOf(put('one@example.com'))).toBe('UNAVAILABLE')
    await tendCredentials(deps, 0)
    expect(await states()).toEqual(['retired unmarked unknown', DESTROYED])
    expect(logged()).toContain(forged)
    await house.asOwner()('attestation_credentials').where('id', forged).delete()
  })

  it('fails while the vault is away, and does everything once it is back', async () => {
    interruptNextPut('after')
    expect(await codeOf(put('one@example.com'))).toBe('UNAVAILABLE')
    house.vault.setAway(true)
    expect(await codeOf(tendCredentials(deps, 0))).toBe('UNAVAILABLE')
    house.vault.setAway(false)
    await tendCredentials(deps, 0)
    expect(await states()).toEqual([DESTROYED])
  })
})

describe('the secret of a credential', () => {
  it.each(['answered', 'UNAVAILABLE'])('is wiped from memory once its put is %s', async (outcome) => {
    const reveal = jest.spyOn(SecretBytes.prototype, 'reveal')
    try {
      if (outcome === 'UNAVAILABLE') interruptNextPut('before')
      const given = CredentialInput.parse(RESPONSE_KEYS)
      expect(await codeOf(putCredential(deps, ACTOR, org, { app, given, precondition: always }))).toBe(outcome)
      const bytes = reveal.mock.results.map(({ value }) => value as Buffer)
      // The key as it was checked, and the form that the vault seals.
      expect(bytes.some(({ length }) => length === DECRYPTION_KEY.length)).toBe(true)
      expect(bytes.some(({ length }) => length > DECRYPTION_KEY.length)).toBe(outcome === 'answered')
      expect(bytes.filter((one) => one.some((byte) => byte !== 0))).toEqual([])
    } finally {
      reveal.mockRestore()
    }
  })

  it('is in no answer, log line, audit row or other row, whatever happens to it', async () => {
    const file = serviceAccountFile({ client_email: 'one@example.com' })
    const pem: string = JSON.parse(file).private_key
    const der = createPrivateKey(pem).export({ format: 'der', type: 'pkcs8' })
    const needles = [
      ...pem.split('\n').filter((line) => line.length > 20 && !line.startsWith('-----')),
      der.toString('hex').slice(-100),
      der.toString('base64url').slice(-100),
      RESPONSE_KEYS.decryptionKey,
      DECRYPTION_KEY.toString('hex'),
      DECRYPTION_KEY.toString('base64url'),
    ]
    const answers = [
      await owner.ask('PUT', path, { kind: 'service-account', json: file }).expect(201),
      await owner.ask('GET', path).expect(200),
      await owner.ask('PUT', path, RESPONSE_KEYS).expect(200),
      await owner.ask('GET', path).expect(200),
      await owner.ask('PUT', path, { ...RESPONSE_KEYS, verificationKey: 'none' }).expect(400),
      await owner.ask('PUT', path, { kind: 'service-account', json: `${file}}` }).expect(400),
      await owner.ask('GET', `/orgs/${org.id}/apps/app`).expect(200),
      await owner.ask('GET', `/orgs/${org.id}/audit`).expect(200),
      await owner.ask('DELETE', path).expect(204),
    ]
    for (const given of [RESPONSE_KEYS, { kind: 'service-account', json: file }]) {
      house.vault.failNext('destroyVersions', 'before')
      await putCredential(deps, ACTOR, org, { app, given: CredentialInput.parse(given), precondition: always })
      interruptNextPut('after')
      await codeOf(putCredential(deps, ACTOR, org, { app, given: CredentialInput.parse(given), precondition: always }))
    }
    const { rows: tables } = await house
      .asOwner()
      .raw(`SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public'`)
    const stored: string[] = []
    for (const { name } of tables) {
      const { rows: texts } = await house.asOwner().raw(`SELECT one::text AS text FROM ${name} AS one`)
      stored.push(...texts.map(({ text }: { text: string }) => text))
    }
    const everywhere = [
      ...answers.map(({ text, headers }) => text + JSON.stringify(headers)),
      ...stored,
      logged(),
    ].join()
    // The search itself works: what is not secret is found.
    expect(everywhere).toContain('one@example.com')
    expect(needles.length).toBeGreaterThan(20)
    expect(needles.filter((needle) => everywhere.includes(needle))).toEqual([])
  })
})
