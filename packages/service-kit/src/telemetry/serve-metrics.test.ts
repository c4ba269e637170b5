import { connect } from 'node:net'
import { expect, it } from '@jest/globals'
import { serveMetrics } from './serve-metrics.js'

it('the metrics server closes connections with a slow request head, and at once those beyond its bound', async () => {
  const bounds = { headMs: 300, lookForSlowEveryMs: 20, idleMs: 1_000, connectionsMax: 2 }
  const answer = (_request: unknown, response: { end(text: string): void }): void => response.end('up 1')
  const served = await serveMetrics({ host: '127.0.0.1', port: 0 }, answer, bounds)
  const opened = [1, 2, 3].map(() => {
    const socket = connect(served.port, '127.0.0.1').on('error', () => {})
    return new Promise((resolve) => socket.resume().once('close', resolve))
  })
  expect(await Promise.race(opened.map((closed, nth) => closed.then(() => nth)))).toBe(2)
  await Promise.all(opened)
  expect(await (await fetch(`http://127.0.0.1:${served.port}/metrics`)).text()).toBe('up 1')
  await served.close()
})
