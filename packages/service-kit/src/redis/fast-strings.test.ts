import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from '@jest/globals'

const fileOf = (module: string): string => JSON.stringify(new URL(`../../dist/redis/${module}`, import.meta.url).href)

/** Says whether V8 holds String's properties in the form that its optimizing compiler reads, before and after. */
const PROGRAM = `
  import ${fileOf('redis.js')}
  import { makeStringsFastAgain } from ${fileOf('fast-strings.js')}
  const isFast = () => %HasFastProperties(String.prototype)
  const before = isFast()
  makeStringsFastAgain()
  console.log(JSON.stringify([before, isFast()]))
`

// In a process of its own, because the state is the process's, and lasts.
it('loading the client of Redis makes all texts slow, and this makes them fast again', async () => {
  const args = ['--allow-natives-syntax', '--input-type=module', '--eval', PROGRAM]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  expect(JSON.parse(stdout)).toEqual([false, true])
})
