import { expect, test } from '@jest/globals'
import type { UnusualPattern } from '../api/types.js'
import { flagsByKind } from './flags-by-kind.js'

const flag = (kind: UnusualPattern['kind'], id: string, advice = 'Look.'): UnusualPattern => ({
  kind,
  advice,
  subject: { kind: 'service', id, slug: null, name: null },
  since: '2026-01-02T03:00:00.000Z',
  observed: 200,
  usual: 5,
})

test('patterns of one kind stand together, in the order of the API, and keep their advice', () => {
  const unusual = [flag('awake', 'a'), flag('spike', 'b'), flag('awake', 'c'), flag('spike', 'd', 'Do otherwise.')]
  expect(
    flagsByKind(unusual).map(({ kind, advice, flags }) => [kind, advice, flags.map((one) => one.subject.id)]),
  ).toEqual([
    ['awake', 'Look.', ['a', 'c']],
    ['spike', 'Look.', ['b']],
    ['spike', 'Do otherwise.', ['d']],
  ])
})

test('where nothing is unusual there is nothing to show', () => {
  expect(flagsByKind([])).toEqual([])
})
