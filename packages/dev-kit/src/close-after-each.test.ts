import { afterEach, describe, expect, it } from '@jest/globals'
import { closeAfterEach } from './close-after-each.js'

describe('what a test has started', () => {
  const ended: string[] = []
  const atEnd = closeAfterEach()
  // Hooks run in the order in which they are written: this one sees what the one above has done.
  afterEach(() => expect(ended.splice(0)).toEqual(['the latest', 'the second', 'the first']))

  it.each(['once', 'and no more of it after the next'])('is ended after each test, the latest first: %s', () => {
    atEnd(
      () => ended.push('the first'),
      async () => {
        await new Promise(setImmediate)
        ended.push('the second')
      },
    )
    atEnd(() => ended.push('the latest'))
  })
})
