import { describe, expect, it } from '@jest/globals'
import { shownName } from './shown-name.js'

describe('shownName', () => {
  it.each(['name', 'externalVersion', 'x-api-key', 'OPENAI_API_KEY'])('shows %s', (name) => {
    expect(shownName(name)).toBe(name)
  })

  it.each(['sk-proj-abc123', 'a/b', '', '0', 'AIzaSyD3f', 'a'.repeat(33), 'käse', 'a b', 'a\nb'])(
    'shows * instead of %j',
    (name) => {
      expect(shownName(name)).toBe('*')
    },
  )
})
