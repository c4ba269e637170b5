import { describe, expect, it } from '@jest/globals'
import { shownName } from './shown-name.js'

describe('a name that is shown again', () => {
  it.each(['name', 'externalVersion', 'x-api-key', 'OPENAI_API_KEY'])('is %s', (name) => {
    expect(shownName(name)).toBe(name)
  })

  it.each(['sk-proj-abc123', 'a/b', '', '0', 'AIzaSyD3f', 'a'.repeat(33), 'käse', 'a b', 'a\nb'])(
    'is not %j',
    (name) => {
      expect(shownName(name)).toBe('*')
    },
  )
})
