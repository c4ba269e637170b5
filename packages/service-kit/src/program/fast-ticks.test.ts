import { mkdtemp, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { expect, it } from '@jest/globals'
import { builtModule, runAlone } from '../test/run-alone.js'

/**
 * Makes records, then collects everything while none is alive, then makes more. V8 keeps a shape that nobody has for a
 * few collections.
 */
const PROGRAM = `
  import { keepTicksFast } from ${builtModule('program/fast-ticks.js')}
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
    await runAlone(PROGRAM, ['--expose-gc', ...logged], how)
    const text = await readFile(file, 'utf8')
    return text.split('\n').filter((line) => /^map,Transition,.*"async_id_symbol"/.test(line)).length
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

it('a full collection makes all calls of nextTick slow, unless one record is kept', async () => {
  expect((await shapesMade('not kept')) - (await shapesMade('kept'))).toBe(1)
})
