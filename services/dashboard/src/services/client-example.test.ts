import { describe, expect, it } from '@jest/globals'
import { clientExample } from './client-example.js'

describe('the example of an app’s code', () => {
  it.each([
    ['openai', "baseURL: 'https://PROXY/v1/p/mine/v1', apiKey: sessionToken"],
    ['anthropic', "baseURL: 'https://PROXY/v1/p/mine', apiKey: sessionToken"],
    ['gemini', "httpOptions: { baseUrl: 'https://PROXY/v1/p/mine' }, apiKey: sessionToken"],
    ['stripe', "fetch('https://PROXY/v1/p/mine/"],
    [null, "fetch('https://PROXY/v1/p/mine/"],
  ])('of the preset %s sets the base URL where that SDK takes it', (preset, setting) => {
    expect(clientExample({ preset, slug: 'mine' })).toContain(setting)
  })
})
