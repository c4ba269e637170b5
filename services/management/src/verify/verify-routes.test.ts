import { expect, it } from '@jest/globals'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { until } from '@protectmyapi/dev-kit/until'
import { restHarness } from '../test/rest-harness.js'

const house = await startForAllTests(restHarness)
const owner = await house.person('owner')
const org = await house.organization(owner, 'Mine')

async function linesOf(path: string): Promise<Record<string, unknown>[]> {
  const { text } = await owner
    .ask('GET', path)
    .buffer(true)
    .expect('content-type', /ndjson/)
    .expect(200)
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

it('a verify route answers lines of progress, and the verdict last', async () => {
  expect(await linesOf(`/orgs/${org}/audit/verify`)).toMatchObject([
    { type: 'progress', chain: `audit/${org}`, link: 1, of: 1 },
    { type: 'verdict', ok: true, through: 1, signed: null, breaks: [] },
  ])
  expect(await linesOf(`/orgs/${org}/access-log/verify`)).toMatchObject([{ type: 'verdict', ok: true, through: 0 }])
  await house.asOwner()('audit').where({ organization_id: org }).update({ event: 'organization.forged' })
  expect((await linesOf(`/orgs/${org}/audit/verify`)).at(-1)).toMatchObject({
    ok: false,
    breaks: [{ kind: 'entry-edited', link: 1 }],
  })
})

it('a verify route gives a verdict even if a link has the greatest number there can be', async () => {
  await house
    .asOwner()('chain_batches')
    .insert({
      ...(await house
        .asOwner()('chain_batches')
        .where({ chain: `audit/${org}`, number: 1 })
        .first()),
      number: '9223372036854775807',
      batch: 99_000_001,
    })
  const verdict = (await linesOf(`/orgs/${org}/audit/verify`)).at(-1)
  expect(verdict).toMatchObject({ ok: false })
  expect(verdict?.breaks).toContainEqual({
    kind: 'link-extra',
    link: Number.MAX_SAFE_INTEGER,
    day: null,
    detail: 'the head does not count this link: 9223372036854775807',
  })
})

it('the verify routes and the export routes refuse a body with 400', async () => {
  for (const path of ['audit/verify', 'access-log/verify', 'audit/export', 'access-log/export']) {
    const { body } = await owner.ask('GET', `/orgs/${org}/${path}`, {}).expect(400)
    expect(body).toMatchObject({ code: 'INVALID_REQUEST', detail: expect.stringContaining('no body') })
  }
})

it('the verify routes answer 403 to a member, and 503 while the vault is away', async () => {
  const member = await house.person('member')
  await house.join(org, member, 'member')
  for (const path of ['audit/verify', 'access-log/verify']) {
    await member.ask('GET', `/orgs/${org}/${path}`).expect(403)
    house.vault.setAway(true)
    await owner.ask('GET', `/orgs/${org}/${path}`).expect(503)
    house.vault.setAway(false)
    await owner.ask('GET', `/orgs/${org}/${path}`).expect(200)
  }
})

it('a verify route opens no database session of its own, by which others could see it begin', async () => {
  const sessions = async (): Promise<string[]> => {
    const { rows } = await house
      .asOwner()
      .raw<{ rows: { session: string }[] }>(
        `SELECT pid || ' ' || backend_start AS session FROM pg_stat_activity WHERE datname = current_database()`,
      )
    return rows.map(({ session }) => session)
  }
  await owner.ask('GET', `/orgs/${org}`).expect(200)
  const before = await sessions()
  await owner.ask('GET', `/orgs/${org}/access-log/verify`).expect(200)
  expect((await sessions()).filter((session) => !before.includes(session))).toEqual([])
})

it('a verify route takes its snapshot before it reads who asks: putting a row back then is too late', async () => {
  const other = await house.organization(owner, 'Other')
  const su = house.asOwner()
  await su('audit').where({ organization_id: other }).update({ event: 'organization.forged' })
  const watcher = await su.transaction()
  await watcher.raw('LOCK TABLE sign_ins IN ACCESS EXCLUSIVE MODE')
  const lines = linesOf(`/orgs/${other}/audit/verify`)
  await until(async () => {
    const { rows } = await su.raw(`SELECT FROM pg_locks WHERE relation = 'sign_ins'::regclass AND NOT granted`)
    return rows[0]
  })
  await watcher('audit').where({ organization_id: other }).update({ event: 'organization.created' })
  await watcher.commit()
  expect((await lines).at(-1)?.breaks).toMatchObject([
    { kind: 'entry-edited', link: 1 },
    { kind: 'table-altered', detail: expect.stringContaining('another session had locked it') },
  ])
  expect((await linesOf(`/orgs/${other}/audit/verify`)).at(-1)).toMatchObject({ ok: true })
})

it('a verify route keeps no connection for refused requests, and answers 429 when too many wait', async () => {
  const su = house.asOwner()
  for (let asked = 0; asked < 20; asked += 1) await owner.ask('GET', '/orgs/none/audit/verify').expect(404)
  const watcher = await su.transaction()
  await watcher.raw('LOCK TABLE sign_ins IN ACCESS EXCLUSIVE MODE')
  const asked = Array.from({ length: 9 }, () => owner.ask('GET', `/orgs/none/audit/verify`))
  const first = await Promise.race(asked)
  await watcher.commit()
  await Promise.all(asked)
  expect([first.status, first.body.code]).toEqual([429, 'RATE_LIMITED'])
  await owner.ask('GET', `/orgs/${org}/access-log/verify`).expect(200)
})
