import { beforeEach, describe, expect, it } from '@jest/globals'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { systemClock } from '@protectmyapi/service-kit/clock'
import { restHarness } from '../../test/rest-harness.js'
import { IMPORT_LIMITS } from './import-limits.js'

/** How long the vault takes for each value that is put. */
let putTakesMs = 0
const clock = {
  wallMs: systemClock.wallMs,
  monotonicMs: (): number => systemClock.monotonicMs() + (putTakesMs && putTakesMs * house.vault.calls('putSecret')),
}
const house = await startForAllTests(() => restHarness({ clock }))
const owner = await house.person('owner')

let org: string
let count = 0
beforeEach(async () => {
  count += 1
  house.vault.setAway(false)
  putTakesMs = 0
  org = await house.organization(owner, `Import ${count}`)
})

const send = (text: string, fields: object = {}) =>
  owner.ask('POST', `/orgs/${org}/secrets/import`, { text, ...fields })
const BINDINGS = { origins: ['https://api.example.com'], placements: [{ kind: 'header', name: 'x-key' }] }

interface Line {
  readonly line: number
  readonly name: string | null
  readonly outcome: string
  readonly code: string | null
  readonly detail: string | null
}
const outcomes = (lines: readonly Line[]) => lines.map(({ line, name, outcome }) => [line, name, outcome])

const storedValue = async (name: string): Promise<string | undefined> => {
  const row = await house.db('secrets').where({ organization_id: org, name, state: 'active' }).first('version_id')
  return row && house.vault.valueOf(row.version_id)
}

describe('an import', () => {
  it('creates and replaces secrets by name, and a refused line does not stop the other lines', async () => {
    await owner.ask('POST', `/orgs/${org}/secrets`, { name: 'OPENAI_API_KEY', value: 'sk-old-0123456789' }).expect(201)
    const text = [
      'OPENAI_API_KEY=sk-new-0123456789',
      'nonsense',
      'STRIPE_SECRET_KEY_PROD=sk_live_0123456789',
      'OWN_KEY="own 0123456789"',
      'MINE=mine-0123456789',
      'NOBODYS=nobody-0123456789',
    ].join('\n')
    const { body } = await send(text, { bindings: { OWN_KEY: BINDINGS }, presets: { MINE: 'openai' } }).expect(200)
    expect(outcomes(body.lines)).toEqual([
      [1, 'OPENAI_API_KEY', 'replaced'],
      [2, null, 'refused'],
      [3, 'STRIPE_SECRET_KEY_PROD', 'created'],
      [4, 'OWN_KEY', 'created'],
      [5, 'MINE', 'created'],
      [6, null, 'refused'],
    ])
    expect(body.counts).toEqual({ created: 3, replaced: 1, unchanged: 0, refused: 2 })
    expect(body.lines[5]).toMatchObject({
      code: 'INVALID_REQUEST',
      detail: expect.stringMatching(/where this secret may go/),
    })
    expect(await storedValue('OPENAI_API_KEY')).toBe('sk-new-0123456789')
    expect(await storedValue('OWN_KEY')).toBe('own 0123456789')
    expect(await storedValue('NOBODYS')).toBeUndefined()
    const events = (await house.db('audit').where('organization_id', org).orderBy('id', 'desc')).map((row) => row.event)
    expect(events[0]).toBe('secrets.imported')
    expect(events.filter((event) => event === 'secret.created')).toHaveLength(4)
  })

  it('has destroyed the version that it replaced when its answer comes', async () => {
    await send('OPENAI_API_KEY=sk-old-0123456789').expect(200)
    const before = await house.db('secrets').where('organization_id', org).first('version_id')
    await send('OPENAI_API_KEY=sk-new-0123456789').expect(200)
    expect(house.vault.stateOf(before.version_id)).toBe('destroyed')
  })

  it('RETRYWAITS: waits for the proxies before it answers, even if it changed nothing', async () => {
    const file = 'OPENAI_API_KEY=sk-one-0123456789\nSTRIPE_SECRET_KEY=sk_live_0123456789'
    const first = await house.heldUp(send(file, { externalVersion: 'v1' }))
    expect([first.waited, first.answer.body.counts.created]).toEqual([true, 2])
    const second = await house.heldUp(send(file, { externalVersion: 'v1' }))
    expect([second.waited, second.answer.body.counts.unchanged]).toEqual([true, 2])
  })

  it('reports an equal value as replaced, like any other value', async () => {
    await send('OPENAI_API_KEY=sk-one-0123456789').expect(200)
    for (const value of ['sk-one-0123456789', 'sk-two-0123456789']) {
      const tried = await send(`OPENAI_API_KEY=${value}`, { dryRun: true }).expect(200)
      expect(outcomes(tried.body.lines)).toEqual([[1, 'OPENAI_API_KEY', 'replaced']])
    }
    const again = await send('OPENAI_API_KEY=sk-one-0123456789').expect(200)
    expect(outcomes(again.body.lines)).toEqual([[1, 'OPENAI_API_KEY', 'replaced']])
  })

  it('echoes no part of a value, or of what may be one, in its answer or in the audit trail', async () => {
    const text = [
      'sk-planted-0123456789',
      'UNKNOWN=planted-0123456789',
      'cGxhbnRlZA==',
      'OPENAI_API_KEY=planted 0123456789',
      'STRIPE_SECRET_KEY="planted-0123456789',
      'GEMINI_API_KEY="planted\\n0123456789"',
      'A=planted-0123456789',
      'A=planted-0123456789',
      `ANTHROPIC_API_KEY=planted-${'0123456789'.repeat(7_000)}`,
    ].join('\n')
    const { body } = await send(text).expect(200)
    expect(body.counts).toMatchObject({ refused: 9, created: 0 })
    for (const planted of ['planted', '0123456789', 'cGxhbnRlZA', 'UNKNOWN']) {
      expect([planted, JSON.stringify(body).includes(planted)]).toEqual([planted, false])
    }
    const { rows } = await house.db.raw('SELECT audit::text AS text FROM audit')
    expect(JSON.stringify(rows)).not.toContain('planted')
  })

  it('reports in a dry run what it would do, and changes nothing', async () => {
    const text = 'OPENAI_API_KEY=sk-one-0123456789\nOWN=x'
    const calls = house.vault.calls('putSecret')
    const rows = async () => [
      await house.db('secrets').where('organization_id', org),
      await house.db('audit').where('organization_id', org).whereLike('event', 'secret%'),
    ]
    const { body } = await send(text, { dryRun: true }).expect(200)
    expect([body.dryRun, body.inForce]).toEqual([true, null])
    expect(body.counts).toEqual({ created: 1, replaced: 0, unchanged: 0, refused: 1 })
    expect([await rows(), house.vault.calls('putSecret')]).toEqual([[[], []], calls])
    const real = await send(text).expect(200)
    expect(real.body.lines).toEqual(body.lines)
  })

  it('refuses all further lines with UNAVAILABLE, without trying them, once the vault is away', async () => {
    house.vault.setAway(true)
    const calls = house.vault.calls('putSecret')
    const { body } = await send('OPENAI_API_KEY=sk-one-0123456789\nSTRIPE_SECRET_KEY=sk_live_0123456789').expect(200)
    expect(body.lines.map(({ code }: Line) => code)).toEqual(['UNAVAILABLE', 'UNAVAILABLE'])
    expect(house.vault.calls('putSecret') - calls).toBe(1)
  })

  it('refuses the lines that it has not begun within 40 s, and another import finishes them', async () => {
    putTakesMs = IMPORT_LIMITS.beginWithinMs / 2 + 1
    const file = ['OPENAI_API_KEY', 'STRIPE_SECRET_KEY', 'ANTHROPIC_API_KEY'].map(
      (name) => `${name}=sk-0123456789abcdef`,
    )
    const { body } = await send(file.join('\n')).expect(200)
    expect(body.lines.map(({ outcome, code }: Line) => [outcome, code])).toEqual([
      ['created', null],
      ['created', null],
      ['refused', 'UNAVAILABLE'],
    ])
    expect(body.lines[2].detail).toMatch(/Import the file again/)
    putTakesMs = 0
    expect((await send(file.join('\n')).expect(200)).body.counts).toMatchObject({ created: 1, refused: 0 })
  })

  it('is refused as a whole if it has too many entries, too long a text or a wrong name', async () => {
    const many = Array.from({ length: IMPORT_LIMITS.entriesMax + 1 }, (_, n) => `A${n}=b`).join('\n')
    expect((await send(many).expect(413)).body.code).toBe('TOO_LARGE')
    await send('x'.repeat(IMPORT_LIMITS.textCharsMax + 1)).expect(400)
    await send('A=b', { bindings: { 'not a name': BINDINGS } }).expect(400)
    expect(await house.db('secrets').where('organization_id', org)).toEqual([])
  })

  it('keeps the bindings of a secret unless it gives other bindings', async () => {
    await send('OWN=one-0123456789', { bindings: { OWN: BINDINGS } }).expect(200)
    const kept = await send('OWN=two-0123456789').expect(200)
    expect(outcomes(kept.body.lines)).toEqual([[1, 'OWN', 'replaced']])
    const other = { ...BINDINGS, origins: ['https://b.example.com'] }
    await send('OWN=two-0123456789', { bindings: { OWN: other } }).expect(200)
    const { body } = await owner.ask('GET', `/orgs/${org}/secrets/by-name/OWN`).expect(200)
    expect(body.bindings.origins).toEqual(['https://b.example.com'])
  })
})
