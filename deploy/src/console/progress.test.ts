import { expect, it } from '@jest/globals'
import { createProgress } from './progress.js'

it('progress shows every text with its control characters escaped', async () => {
  const lines: string[] = []
  const progress = createProgress((line) => void lines.push(line))
  await progress.step('step\u001bc', async (say) => say('within\u001bc'))
  progress.say('said\u001bc')
  expect(lines).toEqual([
    '  · step\\u{1b}c',
    '    within\\u{1b}c',
    expect.stringMatching(/^ {2}✓ step\\u\{1b\}c /),
    'said\\u{1b}c',
  ])
})
