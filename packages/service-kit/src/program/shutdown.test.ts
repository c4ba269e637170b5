import { describe, expect, it } from '@jest/globals'
import { createLogger } from './log.js'
import { shutdownOnce } from './shutdown.js'

const silent = createLogger('test', 'silent')

describe('shutdownOnce', () => {
  it('runs every step once, in order, whether or not one fails', async () => {
    const ran: string[] = []
    const stop = shutdownOnce(
      [
        { name: 'first', run: () => void ran.push('first') },
        { name: 'second', run: () => Promise.reject(new Error('x')) },
        { name: 'third', run: () => void ran.push('third') },
      ],
      1_000,
      silent,
    )
    await Promise.all([stop(), stop()])
    expect(ran).toEqual(['first', 'third'])
  })

  it('does not wait for a step longer than its grace', async () => {
    await shutdownOnce([{ name: 'stuck', run: () => new Promise(() => undefined) }], 10, silent)()
  })
})
