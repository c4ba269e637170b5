import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { endLeftOvers, stillRunning, writeProcessList } from './process-list.js'

describe('the list of processes', () => {
  let folder = ''
  let file = ''
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'pma-list-'))
    file = path.join(folder, 'pids.json')
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  it('ends a process that an earlier run left behind, and spares one that now has a listed id', async () => {
    const ours = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', folder], { stdio: 'ignore' })
    const theirs = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', 'elsewhere'], { stdio: 'ignore' })
    await Promise.all([once(ours, 'spawn'), once(theirs, 'spawn')])
    const listed = [
      { name: 'vault', pid: ours.pid ?? 0, mark: folder },
      { name: 'proxy-1', pid: theirs.pid ?? 0, mark: folder },
    ]
    await writeProcessList(file, listed)
    const running = await stillRunning(file)
    expect(running.map(({ name }) => name)).toEqual(['vault'])
    const ended = once(ours, 'exit')
    await endLeftOvers(running)
    await ended
    expect(await stillRunning(file)).toEqual([])
    expect(theirs.exitCode).toBe(null)
    theirs.kill('SIGKILL')
  })

  it('counts as empty when its file is missing or broken', async () => {
    expect(await stillRunning(file)).toEqual([])
    await rm(file, { force: true })
    await writeFile(file, '{half')
    expect(await stillRunning(file)).toEqual([])
  })
})
