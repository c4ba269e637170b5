import { describe, expect, it } from '@jest/globals'
import { type ManualClock, manualClock } from '@protectmyapi/dev-kit/manual-clock'
import { untilLockAwaited } from '@protectmyapi/dev-kit/postgres/until-lock-awaited'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { tendPartitions } from '../access-log/store/tend-partitions.js'
import { restHarness } from '../test/rest-harness.js'
import { EXPORT_LIMITS } from './export-limits.js'
import { exportPages } from './export-pages.js'
import { createExportSlots } from './export-slots.js'

/** More than two pages, with the last one not full. */
const ENTRIES = 2 * EXPORT_LIMITS.pageRows + 7

const house = await startForAllTests(restHarness)
const owner = await house.person('owner')
const org = await house.organization(owner, 'Mine')
const other = await house.organization(owner, 'Other')
await tendPartitions(house.db, 90)
await log(org, ENTRIES)
await log(other, 3)

/** Writes entries, several of them of the same moment, each with its end. */
async function log(organizationId: string, count: number): Promise<void> {
  const subject = {
    app: 'app_1',
    service: 'svc_1',
    device: '',
    secrets: [{ id: 'sec_1', name: 'OPENAI_API_KEY' }],
    method: 'POST',
    path: '/v1/chat',
    sourceAddress: '192.0.2.1',
    platform: 'ios',
    appVersion: '',
    unattested: false,
  }
  for (const [kind, entry] of [
    ['admitted', subject],
    ['finished', { status: 200, totalMs: 5 }],
  ] as const) {
    await house.db.raw(
      `INSERT INTO access_log (day, boot_id, shard, sequence, kind, at, request_id, organization_id, entry, batch)
       SELECT current_date, ?, 0, n * 2 + ?, ?, date_trunc('second', now()) - (n / 4) * interval '1 second',
         'req_' || lpad(n::text, 8, '0'), ?, ?::jsonb, 0 FROM generate_series(1, ?) AS n`,
      [`boot_${organizationId}`, kind === 'admitted' ? 0 : 1, kind, organizationId, JSON.stringify(entry), count],
    )
  }
}

const parse = (text: string) =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))

interface Line {
  readonly requestId: string
  readonly at: string
  readonly status: number
  readonly id: string
}

const exported = async (path: string): Promise<Line[]> =>
  parse((await owner.ask('GET', path).buffer(true).expect(200)).text)

describe('the export of the access log', () => {
  it('has every entry once, in the order and form of the list, and none of another organization', async () => {
    const lines = await exported(`/orgs/${org}/access-log/export`)
    expect(lines).toHaveLength(ENTRIES)
    expect(new Set(lines.map(({ requestId }) => requestId)).size).toBe(ENTRIES)
    const listed: unknown[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const path = `/orgs/${org}/access-log?limit=100${cursor && `&cursor=${cursor}`}`
      const page: { items: unknown[]; next: string | null } = (await owner.ask('GET', path).expect(200)).body
      listed.push(...page.items)
      cursor = page.next
    }
    expect(lines).toEqual(listed)
    expect(lines[0]?.status).toBe(200)
  })

  it('takes a range of time, as the list does, and refuses a malformed one with 400', async () => {
    const all = await exported(`/orgs/${org}/access-log/export`)
    const [since, until] = [all[50]?.at ?? '', all[10]?.at ?? '']
    const expected = all.filter(({ at }) => at >= since && at < until)
    expect(expected.length).toBeGreaterThan(10)
    const range = `since=${since}&until=${until}`
    expect(await exported(`/orgs/${org}/access-log/export?${range}`)).toEqual(expected)
    const { body } = await owner.ask('GET', `/orgs/${org}/access-log?limit=100&${range}`).expect(200)
    expect(body.items).toEqual(expected)
    await owner.ask('GET', `/orgs/${org}/access-log/export?since=yesterday`).expect(400)
  })

  it('is on the audit trail, and so is the export of the trail, which has the same rows as the list of the trail', async () => {
    await exported(`/orgs/${other}/access-log/export?until=2030-01-01T00:00:00Z`)
    await exported(`/orgs/${other}/audit/export`)
    const { body } = await owner.ask('GET', `/orgs/${other}/audit?limit=100`).expect(200)
    const trail = await exported(`/orgs/${other}/audit/export`)
    expect(trail.slice(0, 2)).toMatchObject([
      { event: 'audit.exported' },
      {
        event: 'access-log.exported',
        actor: { id: owner.id },
        details: { until: '2030-01-01T00:00:00.000Z' },
      },
    ])
    expect(trail).toEqual(body.items)
    const newest = trail[0]?.id ?? ''
    const { body: none } = await owner.ask('GET', `/orgs/${other}/audit?until=2020-01-01T00:00:00Z`).expect(200)
    expect([none.items, newest.startsWith('aud_')]).toEqual([[], true])
  })

  it('has a counterpart for the audit trail, which is refused to a member with 403', async () => {
    const member = await house.person('member')
    await house.join(org, member, 'member')
    await member.ask('GET', `/orgs/${org}/audit/export`).expect(403)
  })
})

describe('an export', () => {
  it.each([
    ['audit', 'sign_ins'],
    ['access-log', 'sign_ins'],
    ['audit', 'chain_heads'],
    ['access-log', 'chain_heads'],
  ])(
    'of the %s shows the state of when it was asked for, even if rows are forged while it waits for %s',
    async (what, held) => {
      const id = await house.organization(owner, `${what} ${held}`)
      await log(id, 3)
      const before = await exported(`/orgs/${id}/${what}/export`)
      const forger = await house.asOwner().transaction()
      await forger('audit').where('organization_id', id).update({ event: 'forged' })
      await forger('access_log').where('organization_id', id).update({ request_id: 'req_forged' })
      await forger.raw('SELECT FROM ?? FOR UPDATE', [held])
      const shown = exported(`/orgs/${id}/${what}/export`)
      await untilLockAwaited(house.asOwner())
      await forger.commit()
      expect((await shown).slice(-before.length)).toEqual(before)
      expect(JSON.stringify(await shown)).not.toContain('forged')
    },
  )
})

describe('exports at once', () => {
  it('are bounded per organization, per person and per process, and a slot is free again when one ends', () => {
    const { perOrganization, perPerson, perProcess } = EXPORT_LIMITS
    const slots = createExportSlots('exports')
    const take = (organizationId: string, userId: string) => slots.take({ organizationId, userId })
    const bounds = [
      [perOrganization, (n: number) => take('org_1', `usr_${n}`)],
      [perPerson, (n: number) => take(`org_${n}`, 'usr_1')],
      [perProcess, (n: number) => take(`org_${n}`, `usr_${n}`)],
    ] as const
    for (const [most, nth] of bounds) {
      const ends = Array.from({ length: most }, (_, n) => nth(n))
      expect(() => nth(most)).toThrow(expect.objectContaining({ code: 'RATE_LIMITED' }))
      for (const end of ends) end()
    }
  })

  it('of one person are refused with 429 beyond two, in whichever organizations, while a verification is served', async () => {
    const third = await house.organization(owner, 'Third')
    const begin = (id: string) => owner.ask('GET', `/orgs/${id}/access-log/export`).then(({ status }) => status)
    const holder = await house.asOwner().transaction()
    // Each export is recorded in the trail before its first line, and waits for this lock.
    await holder.raw('SELECT FROM chain_heads FOR UPDATE')
    const underWay = [org, other].map(begin)
    try {
      await untilLockAwaited(house.asOwner(), underWay.length)
      expect(await begin(third)).toBe(429)
      await owner.ask('GET', `/orgs/${org}/audit/verify`).expect(200)
    } finally {
      await holder.rollback()
    }
    expect(await Promise.all(underWay)).toEqual([200, 200])
  })
})

describe('an export under way', () => {
  /** Pages without an end, for a person who acts by a token. */
  async function endless(clock: ManualClock) {
    const asked = { name: 'ci', scopes: ['audit:read'], organizations: 'all', expiresInDays: 1 }
    const { body: token } = await owner.ask('POST', '/auth/tokens', asked).expect(201)
    const pages = exportPages(
      { db: house.db, clock, commitChange: house.feed.commitChange, slots: createExportSlots('exports') },
      {
        organizationId: org,
        event: 'audit.exported',
        range: {},
        actor: {
          kind: 'user',
          id: owner.id,
          requestId: null,
          authority: {
            via: 'token',
            credentialId: token.id,
            place: { organizationId: org, userId: owner.id, permission: 'audit:read' },
          },
        },
        read: async () => Array.from({ length: EXPORT_LIMITS.pageRows }, (_, n) => n),
        present: async (rows) => rows,
      },
    )
    return { pages, revoke: () => owner.ask('DELETE', `/auth/tokens/${token.id}`).expect(204) }
  }

  it('ends with INVALID_TOKEN when its token is revoked', async () => {
    const { pages, revoke } = await endless(manualClock(0))
    expect([(await pages.next()).done, (await pages.next()).done]).toEqual([false, false])
    await revoke()
    await expect(pages.next()).rejects.toMatchObject({ code: 'INVALID_TOKEN' })
  })

  it('ends with TOO_LARGE if its reader takes longer than rows are kept for it', async () => {
    const clock = manualClock(0)
    const { pages } = await endless(clock)
    expect((await pages.next()).done).toBe(false)
    clock.advance(EXPORT_LIMITS.totalMs)
    expect((await pages.next()).done).toBe(false)
    clock.advance(1)
    await expect(pages.next()).rejects.toMatchObject({ code: 'TOO_LARGE' })
  })
})
