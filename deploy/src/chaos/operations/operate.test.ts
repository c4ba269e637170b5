import { describe, expect, it } from '@jest/globals'
import type { HistoryEntry } from '../history/history.js'
import { createOperate } from './operate.js'
import type { Answer, Operator } from './operator.js'

/** Answers with one status after the other. */
function operating(...statuses: number[]) {
  const told: HistoryEntry[] = []
  const asked: number[] = []
  const operator: Operator = {
    nameOf: (management) => `management-${management + 1}`,
    async ask(management): Promise<Answer> {
      asked.push(management)
      return { startMs: 1, endMs: 2, status: statuses.shift() ?? 0, code: '', body: { id: 'sec_1' } }
    },
  }
  return {
    operate: createOperate(
      operator,
      (entry) => told.push(entry),
      () => statuses.length === 0,
    ),
    told,
    asked,
  }
}

const deletion = { kind: 'unlink', target: 'red-1', method: 'DELETE', path: '/x', audit: { event: 'e', target: 't' } }

describe('an operation', () => {
  it('is put into the history for each try, and is tried at one management after the other', async () => {
    const { operate, told, asked } = operating(0, 503, 204)
    expect(await operate.untilDone(0, deletion)).toBeDefined()
    expect(asked).toEqual([0, 1, 2])
    expect(told).toMatchObject([{ outcome: 'unknown' }, { outcome: 'unknown' }, { outcome: 'done' }])
  })

  it('is done, without an audit row, when a deletion is tried again and answered with 404', async () => {
    const { operate, told } = operating(503, 404)
    await operate.untilDone(0, deletion)
    expect(told.at(-1)).toMatchObject({ outcome: 'done', audit: null })
  })

  it('is refused when a deletion is answered with 404 at first, and is not tried again', async () => {
    const { operate, told } = operating(404, 204)
    expect(await operate.untilDone(0, deletion)).toBeUndefined()
    expect(told).toMatchObject([{ outcome: 'refused' }])
  })

  it('is looked for in the audit trail under the id in its answer', async () => {
    const { operate, told } = operating(201)
    await operate.once(0, { ...deletion, method: 'POST', audit: { event: 'secret.created' } })
    expect(told).toMatchObject([{ audit: { event: 'secret.created', target: 'sec_1' } }])
  })
})
