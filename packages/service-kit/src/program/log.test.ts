import { describe, expect, it } from '@jest/globals'
import { Fault } from '../faults.js'
import { createLogger } from './log.js'

const logged = (write: (log: ReturnType<typeof createLogger>) => void): string => {
  let text = ''
  write(
    createLogger('test', 'info', {
      write(line: string) {
        text += line
      },
    }),
  )
  return text
}

describe('the log', () => {
  it('leaves out the values of fields whose names may hold a secret', () => {
    const text = logged((log) =>
      log.info({ value: 'planted-1', request: { authorization: 'planted-2', token: 'planted-3' } }, 'x'),
    )
    expect(text).not.toContain('planted')
  })

  it('escapes control characters, so that a terminal obeys none, and still parses to the same text', () => {
    const id = 'org\u009b2J\u007f\u202ex'
    const text = logged((log) => log.info({ id }, 'x'))
    expect(text).not.toMatch(/[\u007f-\u009f]|\p{Bidi_Control}/u)
    expect(JSON.parse(text)).toMatchObject({ id })
  })

  it('shows code, message and causes of a fault, but no foreign fields of a cause', () => {
    const cause = Object.assign(new Error('refused'), { code: 'ECONNREFUSED', config: { password: 'planted' } })
    const text = logged((log) => log.error({ err: new Fault('UNAVAILABLE', 'postgres is away', { cause }) }, 'x'))
    expect(JSON.parse(text)).toMatchObject({
      err: { code: 'UNAVAILABLE', message: 'postgres is away', cause: { code: 'ECONNREFUSED' } },
    })
    expect(text).not.toContain('planted')
  })
})
