import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { applyPatch } from './apply-patch.js'
import { REMOVED_RULES, RULE_NAMES } from './removed-rules.js'

const PROJECT = path.resolve(import.meta.dirname, '..', '..', '..', '..')

describe('a rule that is taken out', () => {
  const patch = { file: 'a.js', from: 'await wait()', to: '' }

  it('is no longer in the patched code', () => {
    expect(applyPatch('change(); await wait(); answer()', patch)).toBe('change(); ; answer()')
  })

  it('is reported when the code to remove is missing or stands twice', () => {
    expect(() => applyPatch('change(); answer()', patch)).toThrow('a.js has not once, but 0 times')
    expect(() => applyPatch('await wait(); await wait()', patch)).toThrow('2 times')
  })

  it.each(RULE_NAMES)('matches the compiled code as it is now: %s', (name) => {
    for (const one of REMOVED_RULES[name].patches) {
      const file = path.join(PROJECT, one.file)
      expect(existsSync(file)).toBe(true)
      expect(() => applyPatch(readFileSync(file, 'utf8'), one)).not.toThrow()
    }
  })
})
