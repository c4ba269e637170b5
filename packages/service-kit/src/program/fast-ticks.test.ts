import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from '@jest/globals'

const MODULE = JSON.stringify(new URL('../../dist/program/fast-ticks.js', import.meta.url).href)

/**
 * Makes records, then collects everything while none is alive, then makes more. V8 keeps a shape that nobody has for a
 * few collections.
 */
const PROGRAM = `
  import { keepTicksFast } from ${MODULE}
  const settled = () => new Promise((resolve) => setImmediate(resolve))
  const makeRecords = async () => {
    for (let at = 0; at < 1_000; at += 1) process.nextTick(() => {})
    await settled()
  }
  if (process.argv[1] === 'kept') keepTicksFast()
  await makeRecords()
  for (let round = 0; round < 8; round += 1) {
    await settled()
    gc()
  }
  await makeRecords()
`

/** How often V8 made a shape of this kind, by its own log: once for each literal in Node that uses the name. */
async function shapesMade(how: 'kept' | 'not kept'): Promise<number> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'pma-ticks-'))
  try {
    const file = path.join(folder, 'v8.log')
    const logged = ['--log-maps', '--no-log-maps-details', '--no-logfile-per-isolate', `--logfile=${file}`]
    const args = ['--expose-gc', ...logged, '--input-type=module', '--eval', PROGRAM, how]
    await promisify(execFile)(process.execPath, args)
    const text = await readFile(file, 'utf8')
    return text.split('\n').filter((line) => /^map,Transition,.*"async_id_symbol"/.test(line)).length
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

// In processes of their own, because the state is the process's, and lasts.
it('a full collection makes all calls of nextTick slow, unless one record is kept', async () => {
  expect((await shapesMade('not kept')) - (await shapesMade('kept'))).toBe(1)
})
