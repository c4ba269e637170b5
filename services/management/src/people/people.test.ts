import { describe, expect, it } from '@jest/globals'
import { manualClock } from '@protectmyapi/dev-kit/manual-clock'
import { memoryLog } from '@protectmyapi/dev-kit/memory-log'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { systemClock } from '@protectmyapi/service-kit/clock'
import { newToken } from '@protectmyapi/service-kit/credentials/tokens'
import { SecretText } from '@protectmyapi/service-kit/crypto/secret-text'
import { connectPostgres } from '@protectmyapi/service-kit/postgres/postgres'
import type { Request } from 'express'
import { clientOf } from '../http/client-of.js'
import { PASSWORD, type Person, restHarness } from '../test/rest-harness.js'
import { prepareFirstRun, type SetUpDeps } from './set-up.js'
import { changePassword, type PeopleDeps, signIn } from './sign-in.js'
import { createSignInLimits } from './sign-in-limits.js'

const house = await startForAllTests(restHarness)

const owner = { email: 'First@Example.com', password: PASSWORD, name: 'First', organization: 'Ünited Apps, Inc.' }
const { log, lines } = memoryLog('info')

function setUpDeps(): SetUpDeps {
  return { db: house.db, commitChange: house.feed.commitChange, hasher: house.hasher, log }
}

const setUpTokens = (): string[] => lines().map(({ msg }) => /pma_set_[A-Za-z0-9_-]+/.exec(String(msg))?.[0] ?? '')

describe('the first run', () => {
  it('logs a set-up token, stores only its hash, and refuses an older or a made-up token with 401', async () => {
    await prepareFirstRun(setUpDeps(), { setupToken: undefined, bootstrap: undefined })
    await prepareFirstRun(setUpDeps(), { setupToken: undefined, bootstrap: undefined })
    const [older, newer] = setUpTokens()
    expect(older).toMatch(/^pma_set_/)
    expect(JSON.stringify(await house.db('installation'))).not.toContain(newer)
    await house.anonymous('POST', '/setup', { ...owner, token: older }).expect(401)
    await house.anonymous('POST', '/setup', { ...owner, token: newToken('setup') }).expect(401)
  })

  it('makes one owner when three requests use the token at once, and never a second one afterwards', async () => {
    const token = setUpTokens().at(-1)
    const answers = await Promise.all(
      [1, 2, 3].map((n) => house.anonymous('POST', '/setup', { ...owner, email: `o${n}@example.com`, token })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 401, 401])
    const made = answers.find(({ status }) => status === 201)
    expect(made?.body).toEqual({
      user: { id: expect.stringMatching(/^usr_/), email: expect.stringMatching(/^o\d@example.com$/), name: 'First' },
      organization: { id: expect.stringMatching(/^org_/), slug: 'united-apps-inc', name: 'Ünited Apps, Inc.' },
    })
    await house.anonymous('POST', '/setup', { ...owner, token }).expect(401)
    const before = lines().length
    const bootstrap = { email: 'boot@example.com', password: new SecretText(PASSWORD), organization: 'Boot' }
    await prepareFirstRun(setUpDeps(), { setupToken: undefined, bootstrap })
    expect(lines().length).toBe(before)
    expect(await house.db('users')).toHaveLength(1)
  })

  it('makes the owner from its settings, once for two replicas that start at the same time', async () => {
    const fresh = await restHarness()
    try {
      const deps = { ...setUpDeps(), db: fresh.db, commitChange: fresh.feed.commitChange }
      const bootstrap = { email: 'boot@example.com', password: new SecretText(PASSWORD), organization: 'Boot' }
      await Promise.all([1, 2].map(() => prepareFirstRun(deps, { setupToken: undefined, bootstrap })))
      expect(await fresh.db('users')).toHaveLength(1)
      const answer = await fresh
        .anonymous('POST', '/auth/sign-in', { email: 'BOOT@example.com', password: PASSWORD })
        .expect(200)
      expect(answer.body.user.email).toBe('boot@example.com')
    } finally {
      await fresh.close()
    }
  })
})

describe('a sign-in', () => {
  it('answers a wrong password and an unknown e-mail address in the same way', async () => {
    const ann = await house.person('ann')
    const answers = [
      await house.anonymous('POST', '/auth/sign-in', { email: ann.email, password: 'wrong password' }).expect(401),
      await house
        .anonymous('POST', '/auth/sign-in', { email: 'nobody@example.com', password: 'wrong password' })
        .expect(401),
    ]
    const [one, other] = answers.map(({ body }) => ({ ...body, requestId: '' }))
    expect(one).toEqual(other)
  })

  it('is kept with a hash of its token only, and is listed without the token', async () => {
    const ben = await house.person('ben')
    const me = await ben.ask('GET', '/auth/me').expect(200)
    expect(me.body).toEqual({ id: ben.id, email: ben.email, name: 'ben' })
    const rows = await house.db('sign_ins').where('user_id', ben.id)
    expect(JSON.stringify(rows)).not.toContain(ben.token)
    const { body } = await ben.ask('GET', '/auth/sessions').expect(200)
    expect(body.items).toEqual([expect.objectContaining({ current: true })])
    expect(JSON.stringify(body)).not.toContain('pma_web_')
  })

  it('ends by sign-out, by revocation, and when it was not used for 13 hours', async () => {
    const cat = await house.person('cat')
    const again = await house.anonymous('POST', '/auth/sign-in', { email: cat.email, password: PASSWORD }).expect(200)
    const second = (path: string) => house.anonymous('GET', path).set('authorization', `Bearer ${again.body.token}`)
    const { body } = await second('/auth/sessions').expect(200)
    const first = body.items.find((item: { current: boolean }) => !item.current)
    await house
      .anonymous('DELETE', `/auth/sessions/${first.id}`)
      .set('authorization', `Bearer ${again.body.token}`)
      .expect(204)
    const ended = await cat.ask('GET', '/auth/me').expect(401)
    expect(ended.body.code).toBe('TOKEN_EXPIRED')
    await house
      .db('sign_ins')
      .where('user_id', cat.id)
      .update({ last_used_at: house.db.raw("now() - interval '13 hours'") })
    await second('/auth/me').expect(401)
    await house
      .db('sign_ins')
      .where('user_id', cat.id)
      .update({ last_used_at: house.db.raw('now()') })
    await second('/auth/me').expect(200)
    await house.anonymous('POST', '/auth/sign-out').set('authorization', `Bearer ${again.body.token}`).expect(204)
    await second('/auth/me').expect(401)
  })

  it('is accepted without waiting while another transaction holds the row of the sign-in', async () => {
    const cleo = await house.person('cleo')
    const of = { user_id: cleo.id }
    await house
      .db('sign_ins')
      .where(of)
      .update({ last_used_at: house.db.raw("now() - interval '1 hour'") })
    await house.db.transaction(async (trx) => {
      await trx('sign_ins').where(of).forUpdate().select('id')
      await cleo.ask('GET', '/auth/me').expect(200)
    })
    await cleo.ask('GET', '/auth/me').expect(200)
    const [row] = await house.db('sign_ins').where(of)
    expect(row.last_used_at.getTime()).toBeGreaterThan(Date.now() - 60_000)
  })

  it('ends after seven days, however often it is used', async () => {
    const cora = await house.person('cora')
    const [row] = await house.db('sign_ins').where('user_id', cora.id)
    expect(row.expires_at.getTime() - row.created_at.getTime()).toBe(7 * 24 * 3_600_000)
    await house
      .db('sign_ins')
      .where('user_id', cora.id)
      .update({ expires_at: house.db.raw("now() - interval '1 second'") })
    await cora.ask('GET', '/auth/me').expect(401)
  })

  it('cannot be ended by another person, who gets 404', async () => {
    const [dan, eve] = [await house.person('dan'), await house.person('eve')]
    const { body } = await dan.ask('GET', '/auth/sessions')
    await eve.ask('DELETE', `/auth/sessions/${body.items[0].id}`).expect(404)
    await dan.ask('GET', '/auth/me').expect(200)
  })

  it('is refused with 401 for a bad Authorization header, even beside a cookie with a good token', async () => {
    const fay = await house.person('fay')
    for (const authorization of [
      'Bearer nonsense',
      'Basic eDp5',
      'Bearer',
      `Bearer ${newToken('signIn')}`,
      `Bearer ${fay.token.slice(0, -1)}`,
    ]) {
      const answer = await house
        .anonymous('GET', '/auth/me')
        .set('authorization', authorization)
        .set('cookie', `pma=${fay.token}`)
        .set('host', 'localhost')
      expect([authorization, answer.status]).toEqual([authorization, 401])
    }
  })

  it('changes the password only with the current one, and then all other sign-ins end', async () => {
    const gil = await house.person('gil')
    const other = await house.anonymous('POST', '/auth/sign-in', { email: gil.email, password: PASSWORD }).expect(200)
    const wrong = await gil
      .ask('PUT', '/auth/password', { current: 'not this one', next: 'another long password' })
      .expect(400)
    expect(wrong.body.errors[0].pointer).toBe('/current')
    await gil.ask('PUT', '/auth/password', { current: PASSWORD, next: 'short' }).expect(400)
    await gil.ask('PUT', '/auth/password', { current: PASSWORD, next: 'another long password' }).expect(204)
    await gil.ask('GET', '/auth/me').expect(200)
    await house.anonymous('GET', '/auth/me').set('authorization', `Bearer ${other.body.token}`).expect(401)
    await house.anonymous('POST', '/auth/sign-in', { email: gil.email, password: PASSWORD }).expect(401)
    await house.anonymous('POST', '/auth/sign-in', { email: gil.email, password: 'another long password' }).expect(200)
  })
})

describe('a password that is changed while it is compared', () => {
  const client = { address: '192.0.2.7', userAgent: '', secure: false, loopback: false }

  /** Compares passwords so slowly that the owner changes theirs before the comparison ends. */
  function slowly(owner: Person): PeopleDeps {
    const verify = async (stored: string | undefined, password: string): Promise<boolean> => {
      const matches = await house.hasher.verify(stored, password)
      await owner.ask('PUT', '/auth/password', { current: PASSWORD, next: 'another long password' }).expect(204)
      return matches
    }
    const { db, feed, hasher } = house
    return {
      db,
      commitChange: feed.commitChange,
      hasher: { ...hasher, verify },
      limits: createSignInLimits(db, systemClock),
    }
  }

  it('is not accepted for a sign-in', async () => {
    const ivo = await house.person('ivo')
    const given = { email: ivo.email, password: PASSWORD }
    await expect(signIn(slowly(ivo), 'req_1', client, given)).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
    const { body } = await ivo.ask('GET', '/auth/sessions').expect(200)
    expect(body.items.map(({ current }: { current: boolean }) => current)).toEqual([true])
  })

  it('is not accepted as the current one for another change', async () => {
    const jan = await house.person('jan')
    const principal = {
      kind: 'user',
      via: 'sign-in',
      userId: jan.id,
      email: jan.email,
      name: '',
      signInId: 'x',
    } as const
    const given = { current: PASSWORD, next: 'the password of a thief', address: client.address }
    const actor = { kind: 'user', id: jan.id, requestId: 'req_1' } as const
    const changing = changePassword(slowly(jan), actor, principal, given)
    await expect(changing).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
    await house.anonymous('POST', '/auth/sign-in', { email: jan.email, password: given.next }).expect(401)
    await jan.ask('GET', '/auth/me').expect(200)
  })
})

describe('guessing passwords', () => {
  const guess = (email: string, from: string, password = 'a wrong guess') =>
    house.anonymous('POST', '/auth/sign-in', { email, password }).set('x-forwarded-for', from)

  it('is refused with 429 per e-mail address, but not from an address where that person signed in before', async () => {
    const hal = await house.person('hal')
    const home = (await house.db('sign_ins').where('user_id', hal.id).first('address')).address
    const answers = await Promise.all(Array.from({ length: 14 }, (_, n) => guess(hal.email, `198.51.100.${n + 1}`)))
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(10)
    const limited = answers.find(({ status }) => status === 429)
    expect(Number(limited?.headers['retry-after'])).toBeGreaterThan(0)
    await guess(hal.email, '198.51.100.99', PASSWORD).expect(429)
    await guess(hal.email, home, PASSWORD).expect(200)
    // IPv6 gives a customer a /64, and phones take another address of it every day.
    await guess(hal.email, home.replace(/::1$/, '::beef'), PASSWORD).expect(200)
    // The window is short: nobody is locked out for ever.
    // The runtime role may not rewrite attempts; older copies stand in for five minutes.
    await house.db.raw("INSERT INTO sign_in_attempts SELECT subject, at - interval '5 minutes' FROM sign_in_attempts")
    await house.db.raw("DELETE FROM sign_in_attempts WHERE at > now() - interval '4 minutes'")
    await guess(hal.email, '198.51.100.99', PASSWORD).expect(200)
  })

  it('is refused with 429 per address, of IPv6 per /64, whatever the e-mail addresses are', async () => {
    const answers: number[] = []
    for (let n = 0; n < 51; n++) answers.push((await guess(`g${n}@example.com`, `2001:db8:9:9::${n + 1}`)).status)
    expect(answers.slice(0, 50).every((status) => status === 401)).toBe(true)
    expect(answers[50]).toBe(429)
  })

  it('is refused without a database statement after 100 attempts at once, then beyond five a second', async () => {
    const away = connectPostgres(
      { host: '127.0.0.1', port: 1, database: 'none', user: 'nobody', password: '', poolMax: 1 },
      'away',
    )
    const clock = manualClock()
    const { reserve } = createSignInLimits(away, clock)
    const attempt = () =>
      reserve({ email: undefined, address: '192.0.2.1' }).then(
        () => 'reserved',
        (thrown: { code: string }) => thrown.code,
      )
    try {
      for (let n = 0; n < 100; n++) expect(await attempt()).toBe('ECONNREFUSED')
      expect(await attempt()).toBe('RATE_LIMITED')
      clock.advance(200)
      expect([await attempt(), await attempt()]).toEqual(['ECONNREFUSED', 'RATE_LIMITED'])
    } finally {
      await away.destroy()
    }
  })

  it('does not include sign-ins with the right password: twelve in a row succeed', async () => {
    const ida = await house.person('ida')
    for (let n = 0; n < 12; n++) await guess(ida.email, `192.0.2.${n + 1}`, PASSWORD).expect(200)
  })
})

describe('the cookie of a sign-in', () => {
  const signIn = async (name: string, headers: Record<string, string>) => {
    const { email } = await house.person(name)
    const answer = await house
      .anonymous('POST', '/auth/sign-in', { email, password: PASSWORD })
      .set(headers)
      .expect(200)
    return { cookie: answer.get('set-cookie')?.[0], token: answer.body.token as string }
  }
  const https = { 'x-forwarded-proto': 'https', host: 'pma.example' }

  it('has the __Host- prefix over https, a plain name on localhost, and is not set over http elsewhere', async () => {
    expect((await signIn('jo', https)).cookie).toMatch(
      /^__Host-pma=pma_web_.*; Path=\/; .*HttpOnly; SameSite=Strict; Secure$/,
    )
    expect((await signIn('kim', { host: 'localhost:8070' })).cookie).toMatch(
      /^pma=pma_web_.*; HttpOnly; SameSite=Strict$/,
    )
    expect((await signIn('lea', { host: '192.168.1.5:8070' })).cookie).toBeUndefined()
  })

  it('allows writing from the product’s own pages alone', async () => {
    const { token } = await signIn('max', https)
    const cookie = `__Host-pma=${token}`
    const write = (headers: Record<string, string>) =>
      house
        .anonymous('POST', '/orgs', { name: 'Max' })
        .set(https)
        .set({ cookie, ...headers })
    await write({}).expect(403)
    await write({ 'sec-fetch-site': 'cross-site' }).expect(403)
    await write({ 'sec-fetch-site': 'same-site', origin: 'https://pma.example' }).expect(403)
    await write({ 'sec-fetch-site': 'none' }).expect(403)
    await write({ origin: 'https://evil.example' }).expect(403)
    await write({ origin: 'null' }).expect(403)
    await write({ 'sec-fetch-site': 'same-origin' }).expect(201)
    await write({ origin: 'https://pma.example' }).expect(201)
  })

  it.each([undefined, 'same-origin', 'none'])('allows reading where Sec-Fetch-Site is %s', async (site) => {
    const { token } = await signIn(`reader-${site}`, https)
    const headers = { ...https, cookie: `__Host-pma=${token}`, ...(site && { 'sec-fetch-site': site }) }
    await house.anonymous('GET', '/auth/me').set(headers).expect(200)
  })

  it.each(['same-site', 'cross-site', '', 'same-origin, same-site'])(
    'allows no reading where Sec-Fetch-Site is %j, so that no page of another origin makes entries in a trail',
    async (site) => {
      const owner = await house.person(`owner-${site.length}`)
      const org = await house.organization(owner, 'Watched')
      const headers = { ...https, cookie: `__Host-pma=${owner.token}` }
      const exported = () => house.db('audit').where({ organization_id: org, event: 'audit.exported' })
      const read = () => house.anonymous('GET', `/orgs/${org}/audit/export`).set(headers)
      const { body } = await read().set('sec-fetch-site', site).set('origin', 'https://pma.example').expect(403)
      expect(body.code).toBe('FORBIDDEN')
      expect(await exported()).toEqual([])
      await read().expect(200)
      expect(await exported()).toHaveLength(1)
    },
  )

  it('is refused under its plain name over https, and when it is sent twice', async () => {
    const { token } = await signIn('nia', https)
    await house
      .anonymous('GET', '/auth/me')
      .set(https)
      .set({ cookie: `pma=${token}` })
      .expect(401)
    await house
      .anonymous('GET', '/auth/me')
      .set(https)
      .set({ cookie: `__Host-pma=x; __Host-pma=${token}` })
      .expect(401)
  })
})

describe('a configured public origin of https', () => {
  it('makes a client count as secure even if the request came over http', async () => {
    const nobody = {
      get: (name: string) => ({ host: '10.0.0.7:8070' })[name],
      ip: '10.0.0.1',
      protocol: 'http',
    } as unknown as Request
    expect(clientOf(nobody, 'https://pma.example')).toMatchObject({ secure: true, loopback: false })
    expect(clientOf(nobody, undefined)).toMatchObject({ secure: false, loopback: false })
  })
})
