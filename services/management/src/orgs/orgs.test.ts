import { describe, expect, it, jest } from '@jest/globals'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { newToken } from '@protectmyapi/service-kit/credentials/tokens'
import type { Role } from '../access/roles.js'
import { systemActor } from '../audit/audit-entry.js'
import { freeAddress } from '../people/free-address.js'
import { PASSWORD, type Person, restHarness } from '../test/rest-harness.js'
import { FORMER_SLUGS_MAX } from './former-slugs.js'
import { ORG_LIMITS } from './org-store.js'
import { slugFrom } from './slug-from.js'

const house = await startForAllTests(restHarness)
const ada = await house.person('ada')
const ben = await house.person('ben')

/** A new organization for each test, with an owner, an admin and a member. */
async function staffed(name: string): Promise<{ org: string } & Record<Role, Person>> {
  const people = {
    owner: await house.person(`${name}-o`),
    admin: await house.person(`${name}-a`),
    member: await house.person(`${name}-m`),
  }
  const org = await house.organization(people.owner, name)
  await house.join(org, people.admin, 'admin')
  await house.join(org, people.member, 'member')
  return { org, ...people }
}

const rolesOf = async (org: string) =>
  Object.fromEntries(
    (await house.db('members').where('organization_id', org)).map(({ user_id, role }) => [user_id, role]),
  )

describe('the slug of an organization', () => {
  it.each([
    ['Ünïted Apps, Inc.', 'united-apps-inc'],
    ['  --A--  ', 'a'],
    ['日本', 'org'],
    ['x'.repeat(90), 'x'.repeat(48)],
  ])('is made from the name %j as %s', (name, slug) => {
    expect(slugFrom(name)).toBe(slug)
  })
})

describe('an organization', () => {
  it('is found by id and by slug, and by its members alone', async () => {
    const { body } = await ada.ask('POST', '/orgs', { name: 'Acme' }).expect(201)
    expect(body).toMatchObject({ slug: 'acme', name: 'Acme', role: 'owner' })
    for (const name of [body.id, 'acme']) {
      await ada.ask('GET', `/orgs/${name}`).expect(200)
      await ben.ask('GET', `/orgs/${name}`).expect(404)
    }
    const { body: list } = await ben.ask('GET', '/orgs').expect(200)
    expect(list.items).toEqual([])
  })

  it('has quotas that only owners set: audited and fed to the proxies, as a new name alone is not fed', async () => {
    const { org, owner, admin } = await staffed('quotas')
    const quotas = [
      { scope: 'organization', period: 'day', count: 1_000 },
      { scope: 'organization', period: 'month', count: 20_000 },
    ]
    expect((await owner.ask('GET', `/orgs/${org}`).expect(200)).body.quotas).toEqual([])
    expect((await owner.ask('PATCH', `/orgs/${org}`, { quotas }).expect(200)).body.quotas).toEqual(quotas)
    expect((await admin.ask('GET', `/orgs/${org}`).expect(200)).body.quotas).toEqual(quotas)
    await admin.ask('PATCH', `/orgs/${org}`, { quotas: [] }).expect(403)
    await owner.ask('PATCH', `/orgs/${org}`, { name: 'Other' }).expect(200)
    // Fed even if the quotas stay the same, because the answer says "in force" and must have waited for it.
    await owner.ask('PATCH', `/orgs/${org}`, { name: 'Third', quotas }).expect(200)
    const feed = await house.db('feed').where({ kind: 'organization', id: org }).orderBy('number')
    expect(feed.map(({ generation }) => Number(generation))).toEqual([2, 3])
    const trail = await house.db('audit').where('target_id', org).orderBy('id')
    expect(trail.slice(1).map(({ event, details }) => [event, details])).toEqual([
      ['organization.quotas-set', { quotas }],
      ['organization.renamed', { name: 'Other' }],
      // Two entries of one change, in either order, because their ids are of the same millisecond.
      expect.anything(),
      expect.anything(),
    ])
    expect(trail.slice(3).map(({ event, details }) => [event, details])).toEqual(
      expect.arrayContaining([
        ['organization.renamed', { name: 'Third' }],
        ['organization.quotas-set', { quotas }],
      ]),
    )
  })

  it.each([
    ['a scope that is an app’s to set', [{ scope: 'device', period: 'day', count: 1 }], '/quotas/0/scope'],
    ['a quota of nothing', [{ scope: 'organization', period: 'day', count: 0 }], '/quotas/0/count'],
  ])('answers 400 if its quotas have %s', async (_what, quotas, pointer) => {
    const org = await house.organization(ada, 'Refused')
    const { body } = await ada.ask('PATCH', `/orgs/${org}`, { quotas }).expect(400)
    expect(body.errors[0].pointer).toBe(pointer)
  })

  it('gets a slug with a suffix if its name’s slug is taken, and 409 if it asks for a taken slug', async () => {
    const second = await ben.ask('POST', '/orgs', { name: 'Acme' }).expect(201)
    expect(second.body.slug).toMatch(/^acme-[0-9a-f]{8}$/)
    const taken = await ben.ask('POST', '/orgs', { name: 'Other', slug: 'acme' }).expect(409)
    expect(taken.body.errors).toEqual([{ pointer: '/slug', detail: expect.any(String) }])
    await ben.ask('PATCH', `/orgs/${second.body.id}`, { slug: 'acme' }).expect(409)
    await ben.ask('PATCH', `/orgs/${second.body.id}`, { slug: 'No Label' }).expect(400)
    const renamed = await ben.ask('PATCH', `/orgs/${second.body.id}`, { slug: 'bens', name: 'Ben’s' }).expect(200)
    expect(renamed.body).toMatchObject({ slug: 'bens', name: 'Ben’s' })
  })

  it('keeps its former slugs: it is still found by them, and no other organization may take them', async () => {
    const dora = await house.person('dora')
    const org = await house.organization(dora, 'Moving')
    const [mine, others] = [
      (slug: string) => dora.ask('PATCH', `/orgs/${org}`, { slug }),
      await house.organization(ben, 'Thief'),
    ]
    const { body } = await mine('moved').expect(200)
    expect(body.slug).toBe('moved')
    for (const name of [org, 'moved', 'moving'])
      expect((await dora.ask('GET', `/orgs/${name}`).expect(200)).body).toMatchObject({ id: org, slug: 'moved' })
    await ben.ask('GET', '/orgs/moving').expect(404)
    const token = { name: 'ci', scopes: ['organization:read'], organizations: ['moving'], expiresInDays: 1 }
    expect((await dora.ask('POST', '/auth/tokens', token).expect(201)).body.organizations).toEqual([org])
    const taken = await ben.ask('PATCH', `/orgs/${others}`, { slug: 'moving' }).expect(409)
    expect(taken.body.errors).toEqual([{ pointer: '/slug', detail: expect.stringMatching(/had it/) }])
    await ben.ask('POST', '/orgs', { name: 'Other', slug: 'moving' }).expect(409)
    expect((await ben.ask('POST', '/orgs', { name: 'Moving' }).expect(201)).body.slug).toMatch(/^moving-[0-9a-f]{8}$/)
    await mine('moving').expect(200)
    expect((await dora.ask('GET', '/orgs/moved').expect(200)).body.slug).toBe('moving')
  })

  it('keeps its former slug when another organization asks for it at the moment of the change', async () => {
    const dora = await house.person('dora-races')
    for (let round = 0; round < 8; round++) {
      const org = await house.organization(dora, `Race ${round}`)
      const thief = await house.organization(ben, `Racer ${round}`)
      const [moved, stolen] = await Promise.all([
        dora.ask('PATCH', `/orgs/${org}`, { slug: `raced-${round}` }),
        ben.ask('PATCH', `/orgs/${thief}`, { slug: `race-${round}` }),
      ])
      expect([moved.status, stolen.status]).toEqual([200, 409])
    }
  })

  it('keeps 20 former slugs, and a further new slug is refused with 409', async () => {
    const dora = await house.person('dora-moves')
    const org = await house.organization(dora, 'Restless')
    const rename = (slug: string) => dora.ask('PATCH', `/orgs/${org}`, { slug })
    for (let n = 0; n < FORMER_SLUGS_MAX; n++) await rename(`restless-${n}`).expect(200)
    const { body } = await rename('restless-more').expect(409)
    expect(body.detail).toMatch(/at most 20/)
    // Back and forth between its own changes no number.
    for (const slug of ['restless-3', `restless-${FORMER_SLUGS_MAX - 1}`]) await rename(slug).expect(200)
    await rename('restless-more').expect(409)
    expect((await dora.ask('GET', '/orgs/restless').expect(200)).body.slug).toBe(`restless-${FORMER_SLUGS_MAX - 1}`)
  })

  it('counts against its owner’s limit of organizations only until it is deleted', async () => {
    const eva = await house.person('eva')
    const ids = Array.from({ length: ORG_LIMITS.perOwner }, (_, n) => `org_eva${n}`)
    await house
      .db('organizations')
      .insert(ids.map((id) => ({ id, slug: id.replace('_', '-'), name: id, state: 'active' })))
    await house.db('members').insert(ids.map((id) => ({ organization_id: id, user_id: eva.id, role: 'owner' })))
    await eva.ask('POST', '/orgs', { name: 'One more' }).expect(409)
    await house.db('organizations').where('id', 'org_eva0').update({ state: 'deleted', shredded_at: new Date() })
    await eva.ask('POST', '/orgs', { name: 'One more' }).expect(201)
  })

  it('is listed in pages, each once and in order', async () => {
    const cleo = await house.person('cleo')
    for (let n = 0; n < 5; n++) await house.organization(cleo, `Many ${n}`)
    const names: string[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { body }: { body: { items: { name: string }[]; next: string | null } } = await cleo
        .ask('GET', `/orgs?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`)
        .expect(200)
      names.push(...body.items.map((item) => item.name))
      cursor = body.next
    }
    expect(names).toEqual(['Many 0', 'Many 1', 'Many 2', 'Many 3', 'Many 4'])
  })

  it('is absent for everybody once deleted: feed row written, keys shredded, slugs free', async () => {
    const { org, owner, admin } = await staffed('doomed')
    await owner.ask('PATCH', `/orgs/${org}`, { slug: 'doomed-now' }).expect(200)
    await admin.ask('DELETE', `/orgs/${org}`).expect(403)
    await owner.ask('DELETE', `/orgs/${org}`).expect(204)
    await owner.ask('GET', `/orgs/${org}`).expect(404)
    await owner.ask('GET', `/orgs/${org}/apps`).expect(404)
    await owner.ask('DELETE', `/orgs/${org}`).expect(404)
    expect(await house.db('feed').where({ kind: 'organization', id: org })).toEqual([
      expect.objectContaining({ generation: '2' }),
    ])
    expect(house.vault.calls('shredOrganization')).toBe(1)
    expect((await house.db('organizations').where('id', org).first()).shredded_at).not.toBeNull()
    // The slugs are free again; the id is never used again.
    for (const slug of ['doomed', 'doomed-now']) await owner.ask('POST', '/orgs', { name: 'Doomed', slug }).expect(201)
  })

  it('is deleted also while the vault is away, and is then not yet marked as shredded', async () => {
    const { org, owner } = await staffed('away')
    house.vault.setAway(true)
    await owner.ask('DELETE', `/orgs/${org}`).expect(204)
    house.vault.setAway(false)
    expect((await house.db('organizations').where('id', org).first()).shredded_at).toBeNull()
  })
})

describe('members', () => {
  it('may be managed by admins, but owners only by owners', async () => {
    const { org, owner, admin, member } = await staffed('ranks')
    const setRole = (who: Person, whose: Person, role: Role) =>
      who.ask('PATCH', `/orgs/${org}/members/${whose.id}`, { role })
    await setRole(admin, member, 'admin').expect(200)
    await setRole(admin, member, 'member').expect(200)
    await setRole(admin, member, 'owner').expect(403)
    await setRole(admin, admin, 'owner').expect(403)
    await setRole(admin, owner, 'member').expect(403)
    await admin.ask('DELETE', `/orgs/${org}/members/${owner.id}`).expect(403)
    await member.ask('DELETE', `/orgs/${org}/members/${admin.id}`).expect(403)
    await setRole(owner, admin, 'owner').expect(200)
    expect(await rolesOf(org)).toEqual({ [owner.id]: 'owner', [admin.id]: 'owner', [member.id]: 'member' })
  })

  it('may leave, except the last owner, who gets 409', async () => {
    const { org, owner, member } = await staffed('leaving')
    await member.ask('DELETE', `/orgs/${org}/members/${member.id}`).expect(204)
    await member.ask('GET', `/orgs/${org}`).expect(404)
    const kept = await owner.ask('DELETE', `/orgs/${org}/members/${owner.id}`).expect(409)
    expect(kept.body.detail).toMatch(/one owner/)
    await owner.ask('PATCH', `/orgs/${org}/members/${owner.id}`, { role: 'admin' }).expect(409)
  })

  it('keep one owner when their two owners leave at the same time', async () => {
    const { org, owner, admin } = await staffed('race')
    await owner.ask('PATCH', `/orgs/${org}/members/${admin.id}`, { role: 'owner' }).expect(200)
    const answers = await Promise.all(
      [owner, admin].map((person) => person.ask('DELETE', `/orgs/${org}/members/${person.id}`)),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 409])
    expect(Object.values(await rolesOf(org)).filter((role) => role === 'owner')).toHaveLength(1)
  })

  it('can be handed the ownership by its owner alone, who then becomes an admin', async () => {
    const { org, owner, admin, member } = await staffed('handover')
    await admin.ask('POST', `/orgs/${org}/transfer`, { user: admin.id }).expect(403)
    await owner.ask('POST', `/orgs/${org}/transfer`, { user: ada.id }).expect(404)
    await owner.ask('POST', `/orgs/${org}/transfer`, { user: owner.id }).expect(409)
    await owner.ask('POST', `/orgs/${org}/transfer`, { user: member.id }).expect(200)
    expect(await rolesOf(org)).toEqual({ [owner.id]: 'admin', [admin.id]: 'admin', [member.id]: 'owner' })
  })
})

describe('an invitation', () => {
  const invite = async (by: Person, org: string, email: string, role: Role = 'member') =>
    (await by.ask('POST', `/orgs/${org}/invitations`, { email, role }).expect(201)).body

  it('is shown once, is stored as a hash, and makes a new person a member', async () => {
    const { org, admin } = await staffed('inviting')
    const invitation = await invite(admin, org, 'New@Example.com')
    expect(new Date(invitation.expiresAt).getTime() - new Date(invitation.createdAt).getTime()).toBe(7 * 24 * 3_600_000)
    const { body: list } = await admin.ask('GET', `/orgs/${org}/invitations`).expect(200)
    expect(JSON.stringify(list)).not.toContain('pma_inv_')
    expect(JSON.stringify(await house.db('invitations'))).not.toContain(invitation.token)
    const answer = await house
      .anonymous('POST', '/invitations/accept', { token: invitation.token, name: 'New', password: PASSWORD })
      .expect(200)
    expect(await rolesOf(org)).toMatchObject({ [answer.body.user]: 'member' })
    await house.anonymous('POST', '/auth/sign-in', { email: 'new@example.com', password: PASSWORD }).expect(200)
  })

  it('is accepted once when four requests use it at the same time', async () => {
    const { org, admin } = await staffed('parallel')
    const guest = await house.person('guest')
    const { token } = await invite(admin, org, guest.email)
    const answers = await Promise.all([1, 2, 3, 4].map(() => guest.ask('POST', '/invitations/accept', { token })))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401])
  })

  it('can be accepted only by the owner of its e-mail address, and refused attempts do not use it up', async () => {
    const { org, admin } = await staffed('bound')
    const { token } = await invite(admin, org, 'someone@example.com')
    const wrong = await ben.ask('POST', '/invitations/accept', { token }).expect(403)
    expect(wrong.body.detail).toMatch(/another e-mail/)
    await house.anonymous('POST', '/invitations/accept', { token }).expect(401)
    // The refused attempts did not use it up.
    await house.anonymous('POST', '/invitations/accept', { token, name: 'Some', password: PASSWORD }).expect(200)
  })

  it('with an unknown token is refused before any password is hashed', async () => {
    const hash = jest.spyOn(house.hasher, 'hash')
    for (const token of ['pma_inv_nonsense', newToken('invitation')])
      await house.anonymous('POST', '/invitations/accept', { token, name: 'Eve', password: PASSWORD }).expect(401)
    expect(hash).not.toHaveBeenCalled()
    hash.mockRestore()
  })

  it('without a sign-in is refused with 409 when its address has an account', async () => {
    const { org, admin } = await staffed('takeover')
    const { token } = await invite(admin, org, ben.email)
    const answer = await house
      .anonymous('POST', '/invitations/accept', { token, name: 'Mallory', password: PASSWORD })
      .expect(409)
    expect(answer.body.detail).toMatch(/Sign in/)
  })

  it('can take somebody else’s address, and that person gets it once an operator has freed it', async () => {
    const { org: squatted, admin: squatter } = await staffed('squatting')
    const { org, admin } = await staffed('victims')
    const email = 'victim@example.com'
    const accept = (token: string) =>
      house.anonymous('POST', '/invitations/accept', { token, name: 'V', password: PASSWORD })
    const signIn = (by: string) =>
      house.anonymous('POST', '/auth/sign-in', { email: by, password: PASSWORD }).expect(200)
    const { user } = (await accept((await invite(squatter, squatted, email)).token).expect(200)).body
    const before = (await signIn(email)).body
    const { token } = await invite(admin, org, email)
    await accept(token).expect(409)

    const free = (address: string, newEmail?: string) =>
      freeAddress(house.db, systemActor('operator'), { email: address, newEmail })
    const nowhere = `${user.toLowerCase()}@freed.invalid`
    expect(await free('Victim@Example.com')).toEqual({ user, email: nowhere })
    await house.anonymous('GET', '/auth/me').set('authorization', `Bearer ${before.token}`).expect(401)
    const { user: victim } = (await accept(token).expect(200)).body
    expect((await signIn(email)).body.user.id).toBe(victim)
    expect((await signIn(nowhere)).body.user).toMatchObject({ id: user, email: nowhere })
    expect(await rolesOf(squatted)).toMatchObject({ [user]: 'member' })
    const told = await house.db('audit').where({ event: 'user.address-freed', target_id: user })
    expect(new Set(told.map(({ organization_id }) => organization_id))).toEqual(new Set([null, squatted]))
    for (const { actor_id, details } of told)
      expect([actor_id, details]).toEqual(['operator', { from: email, to: nowhere }])

    await expect(free(nowhere, email)).rejects.toMatchObject({ code: 'CONFLICT' })
    await expect(free('nobody@freed.example')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(free('no address')).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
    expect(await free(nowhere, 'mallory@example.com')).toEqual({ user, email: 'mallory@example.com' })
  })

  it('is refused with 401 once it was revoked, has expired, or its organization was deleted', async () => {
    const { org, owner, admin } = await staffed('useless')
    const accept = (token: string) => ben.ask('POST', '/invitations/accept', { token })
    const revoked = await invite(admin, org, ben.email)
    await admin.ask('DELETE', `/orgs/${org}/invitations/${revoked.id}`).expect(204)
    await accept(revoked.token).expect(401)
    const expired = await invite(admin, org, ben.email)
    await house
      .db('invitations')
      .where('id', expired.id)
      .update({ expires_at: house.db.raw("now() - interval '1 second'") })
    await accept(expired.token).expect(401)
    const late = await invite(admin, org, ben.email)
    await owner.ask('DELETE', `/orgs/${org}`).expect(204)
    await accept(late.token).expect(401)
  })

  it('is withdrawn when the person who gave it gets a role that may not give it', async () => {
    const { org, owner, admin, member } = await staffed('lowered')
    const opened = async (): Promise<string[]> => {
      const { body } = await owner.ask('GET', `/orgs/${org}/invitations`).expect(200)
      return body.items.map(({ email }: { email: string }) => email).sort()
    }
    await owner.ask('PATCH', `/orgs/${org}/members/${admin.id}`, { role: 'owner' }).expect(200)
    for (const role of ['owner', 'admin', 'member'] as const) await invite(admin, org, `${role}@lowered.example`, role)
    await invite(owner, org, 'kept@lowered.example', 'owner')
    await owner.ask('PATCH', `/orgs/${org}/members/${admin.id}`, { role: 'admin' }).expect(200)
    expect(await opened()).toEqual(['admin@lowered.example', 'kept@lowered.example', 'member@lowered.example'])
    await owner.ask('PATCH', `/orgs/${org}/members/${admin.id}`, { role: 'member' }).expect(200)
    expect(await opened()).toEqual(['kept@lowered.example'])
    await owner.ask('POST', `/orgs/${org}/transfer`, { user: member.id }).expect(200)
    expect(await opened()).toEqual([])
  })

  it('cannot bring a person back: joining and leaving revoke all other invitations to that address', async () => {
    const { org, owner, admin } = await staffed('twice')
    const accept = (token: string) => ben.ask('POST', '/invitations/accept', { token })
    const [first, second] = [await invite(admin, org, ben.email, 'admin'), await invite(owner, org, ben.email, 'owner')]
    await accept(first.token).expect(200)
    // As a version before this rule left it.
    await house.db('invitations').where('id', second.id).update({ revoked_at: null })
    await owner.ask('PATCH', `/orgs/${org}/members/${ben.id}`, { role: 'member' }).expect(200)
    await ben.ask('DELETE', `/orgs/${org}/members/${ben.id}`).expect(204)
    await accept(second.token).expect(401)
    const third = await invite(admin, org, ben.email)
    const fourth = await invite(admin, org, ben.email, 'admin')
    await accept(third.token).expect(200)
    await owner.ask('DELETE', `/orgs/${org}/members/${ben.id}`).expect(204)
    await accept(fourth.token).expect(401)
    expect(await rolesOf(org)).not.toHaveProperty(ben.id)
  })

  it('to be an owner can be given by owners only, and one is revoked when its giver leaves', async () => {
    const { org, owner, admin, member } = await staffed('givers')
    await admin.ask('POST', `/orgs/${org}/invitations`, { email: 'x@example.com', role: 'owner' }).expect(403)
    await admin.ask('POST', `/orgs/${org}/invitations`, { email: member.email, role: 'member' }).expect(409)
    const given = await invite(admin, org, ben.email, 'admin')
    await owner.ask('DELETE', `/orgs/${org}/members/${admin.id}`).expect(204)
    await ben.ask('POST', '/invitations/accept', { token: given.token }).expect(401)
  })
})
