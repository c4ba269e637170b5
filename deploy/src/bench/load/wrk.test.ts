import { expect, it } from '@jest/globals'
import { resultOf, scriptOf } from './wrk.js'

it('the result of wrk is read from its summary line: requests, milliseconds and failures', () => {
  const said = 'Running 2s test\n  1 threads\nsummary 12034 2000511 0 0\n'
  expect(resultOf(said)).toEqual({ answers: 12_034, others: {}, ms: 2_000.511, delaysMs: [] })
  expect(resultOf('summary 10 1000 3 1').others).toEqual({ 400: 3, 0: 1 })
})

it('the result of wrk throws what wrk said when there is no summary', () => {
  expect(() => resultOf('unable to connect to 127.0.0.1')).toThrow('unable to connect')
})

it('the script for wrk sends the prepared bytes, escaped whatever they are', () => {
  expect(scriptOf({ port: 1, head: 'P "\\\r\n', bodyBytes: 2 })).toContain('"\\080\\032\\034\\092\\013\\010\\097\\097"')
})
