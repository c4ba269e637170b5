import { describe, expect, it } from '@jest/globals'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { tendPartitions } from '../access-log/tend-partitions.js'
import { restHarness } from '../test/rest-harness.js'
import { EXPORT_LIMITS } from './export-limits.js'
import { createExportSlots } from './export-slots.js'

/** More than two pages, and no whole number of them. */
const ENTRIES = 2 * EXPORT_LIMITS.pageRows + 7

const house = await startForAllTests(restHarness)
const owner = await house.person('owner')
const org = await house.organization(owner, 'Mine')
const other = await house.organization(owner, 'Other')
await tendPartitions(house.db, 90)
await log(org, ENTRIES)
await log(other, 3)

/** Entries of which several have the same moment, each with its end. */
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
  it('has every entry once, in the order of the list, as the list shows it, and none of another organization', async () => {
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

  it('and the list take a range of time', async () => {
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

  it('is on the audit trail, which is exported in the same way', async () => {
    await exported(`/orgs/${other}/access-log/export?until=2030-01-01T00:00:00Z`)
    const trail = await exported(`/orgs/${other}/audit/export`)
    expect(trail.slice(0, 2)).toMatchObject([
      { event: 'audit.exported' },
      {
        event: 'access-log.exported',
        actor: { id: owner.id },
        details: { until: '2030-01-01T00:00:00.000Z' },
      },
    ])
    const { body } = await owner.ask('GET', `/orgs/${other}/audit?limit=100`).expect(200)
    expect(trail).toEqual(body.items)
    const newest = trail[0]?.id ?? ''
    const { body: none } = await owner.ask('GET', `/orgs/${other}/audit?until=2020-01-01T00:00:00Z`).expect(200)
    expect([none.items, newest.startsWith('aud_')]).toEqual([[], true])
  })

  it('is refused to who may not read the trail', async () => {
    const member = await house.person('member')
    await house.join(org, member, 'member')
    await member.ask('GET', `/orgs/${org}/audit/export`).expect(403)
  })
})

describe('exports at once', () => {
  it('are bounded for each organization and for all, and a slot comes back when one ends', () => {
    const slots = createExportSlots()
    const ends = Array.from({ length: EXPORT_LIMITS.perOrganization }, () => slots.take('org_1'))
    expect(() => slots.take('org_1')).toThrow(expect.objectContaining({ code: 'RATE_LIMITED' }))
    for (const end of ends) end()
    const many = Array.from({ length: EXPORT_LIMITS.perProcess }, (_, n) => slots.take(`org_${n}`))
    expect(() => slots.take('org_x')).toThrow(expect.objectContaining({ code: 'RATE_LIMITED' }))
    for (const end of many) end()
    slots.take('org_x')()
  })
})
