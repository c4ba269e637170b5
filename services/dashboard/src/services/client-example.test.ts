import { describe, expect, it } from '@jest/globals'
import { clientExample, shellExample } from './client-example.js'

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

describe('the example for a shell', () => {
  it('sends an app token, and the session token that a debug token buys, to a path and by a method that are allowed', () => {
    expect(shellExample({ slug: 'mine', paths: ['/v1/*', '/v1/chat'], methods: ['POST'] }).split('\n')).toEqual([
      '# An app whose policy is Audit or Off sends its app token:',
      "curl -X POST 'https://PROXY/v1/p/mine/v1/chat' -H 'authorization: Bearer pma_app_…'",
      '',
      '# Under each policy, a development build exchanges a debug token, and sends the session token of the answer:',
      `curl 'https://PROXY/v1/attest/debug' -H 'content-type: application/json' -d '{"token":"pma_dbg_…"}'`,
      '# {"token":"pma_ses_…","expiresAt":"…","device":"…"}',
      "curl -X POST 'https://PROXY/v1/p/mine/v1/chat' -H 'authorization: Bearer pma_ses_…'",
    ])
  })

  it('needs no method where a GET is allowed', () => {
    expect(shellExample({ slug: 'mine', paths: [], methods: [] })).toContain("curl 'https://PROXY/v1/p/mine/' -H")
  })
})
