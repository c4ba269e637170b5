import { connect } from 'node:net'
import { afterEach, describe, expect, it } from '@jest/globals'
import { type Probes, serveProbes } from './probes.js'

let probes: Probes
afterEach(() => probes.close())

const statusOf = async (path: string, method = 'GET'): Promise<number> =>
  (await fetch(`http://127.0.0.1:${probes.port}${path}`, { method })).status

describe('probes', () => {
  it('answer 200 to /healthz always, and to /readyz only without an obstacle, which a 503 names', async () => {
    let obstacle = 'The database does not answer.'
    probes = await serveProbes('127.0.0.1', 0, { obstacle: () => obstacle })
    expect([await statusOf('/healthz'), await statusOf('/readyz')]).toEqual([200, 503])
    expect(await (await fetch(`http://127.0.0.1:${probes.port}/readyz`)).text()).toBe(`${obstacle}\n`)
    obstacle = ''
    expect([await statusOf('/healthz'), await statusOf('/readyz')]).toEqual([200, 200])
  })

  it('answer 404 for any other path or query, and 405 for any method but GET', async () => {
    probes = await serveProbes('127.0.0.1', 0, { obstacle: () => '' })
    expect([await statusOf('/'), await statusOf('/readyz?x'), await statusOf('/readyz', 'POST')]).toEqual([
      404, 404, 405,
    ])
  })

  it('close connections whose request head is slow, and at once those beyond the bound on connections', async () => {
    const bounds = { headMs: 300, lookForSlowEveryMs: 20, idleMs: 1_000, connectionsMax: 2 }
    probes = await serveProbes('127.0.0.1', 0, { obstacle: () => '' }, bounds)
    const opened = [1, 2, 3].map(() => {
      const socket = connect(probes.port, '127.0.0.1').on('error', () => {})
      return new Promise((resolve) => socket.resume().once('close', resolve))
    })
    expect(await Promise.race(opened.map((closed, nth) => closed.then(() => nth)))).toBe(2)
    await Promise.all(opened)
    expect(await statusOf('/healthz')).toBe(200)
  })
})
