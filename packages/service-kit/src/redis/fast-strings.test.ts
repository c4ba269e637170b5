import { expect, it } from '@jest/globals'
import { builtModule, runAlone } from '../test/run-alone.js'

/** Says whether V8 holds String's properties in the form that its optimizing compiler reads, before and after. */
const PROGRAM = `
  import ${builtModule('redis/redis.js')}
  import { makeStringsFastAgain } from ${builtModule('redis/fast-strings.js')}
  const isFast = () => %HasFastProperties(String.prototype)
  const before = isFast()
  makeStringsFastAgain()
  console.log(JSON.stringify([before, isFast()]))
`

it('loading the client of Redis makes all texts slow, and this makes them fast again', async () => {
  expect(JSON.parse(await runAlone(PROGRAM, ['--allow-natives-syntax']))).toEqual([false, true])
})
