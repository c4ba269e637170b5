import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from '@jest/globals'
import { until } from '../until.js'
import { startGuard } from './guard.js'
import { isAlive } from './is-alive.js'

/** A process that starts a guard over two sleepers, releases the second, prints their ids, and is killed. */
const VICTIM = `
const { spawn } = require('node:child_process')
const sleeper = () => spawn('sleep', ['60'], { detached: true, stdio: 'ignore' })
const [kept, released] = [sleeper(), sleeper()]
import(process.argv[1]).then(({ startGuard }) => {
  const guard = startGuard()
  guard.watch(kept.pid); guard.watch(released.pid); guard.release(released.pid)
  setTimeout(() => console.log(kept.pid + ' ' + released.pid), 100)
  setInterval(() => {}, 1000)
})
`

describe('startGuard', () => {
  it('ends the processes it watches when its owner is killed, but none that were released', async () => {
    const compiled = new URL('../../dist/programs/guard.js', import.meta.url).href
    const victim = spawn(process.execPath, ['-e', VICTIM, compiled], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [said] = (await once(victim.stdout, 'data')) as [Buffer]
    const [kept = 0, released = 0] = said.toString().trim().split(' ').map(Number)
    victim.kill('SIGKILL')
    await until(() => (isAlive(kept) ? undefined : true))
    expect(isAlive(released)).toBe(true)
    process.kill(released, 'SIGKILL')
  })

  it('leaves the processes it watches alive when it is closed', async () => {
    const guard = startGuard()
    const sleeper = spawn('sleep', ['60'], { stdio: 'ignore' })
    guard.watch(sleeper.pid ?? 0)
    await guard.close()
    expect(isAlive(sleeper.pid ?? 0)).toBe(true)
    sleeper.kill('SIGKILL')
  })
})
