import { describe, expect, it } from '@jest/globals'
import { hostileUrls } from '../test/hostile-urls.js'
import { checkUpstreamUrl, configuredPrivateUpstreams, privateUpstreams } from './upstream-url.js'

const check = (url: string, exempt = privateUpstreams([])) => checkUpstreamUrl(new URL(url), '/baseUrl', exempt)
const refused = expect.objectContaining({
  code: 'INVALID_REQUEST',
  details: expect.objectContaining({ errors: [expect.objectContaining({ pointer: '/baseUrl' })] }),
})

describe('configuredPrivateUpstreams', () => {
  it('refuses every exemption in production', () => {
    expect(() => configuredPrivateUpstreams('production', ['127.0.0.1'])).toThrow(/PMA_ALLOW_PRIVATE_UPSTREAMS/)
    expect(configuredPrivateUpstreams('production', []).size).toBe(0)
    expect(configuredPrivateUpstreams('development', ['127.0.0.1']).size).toBe(1)
  })
})

const urls = hostileUrls().filter((url) => URL.canParse(url))

describe('checkUpstreamUrl', () => {
  it.each(urls)('refuses %j', (url) => expect(() => check(url)).toThrow(refused))

  it.each([
    'http://api.openai.com',
    'https://127.0.0.1',
    'https://0x7f000001',
    'https://127.1',
    'https://[::ffff:127.0.0.1]',
    'https://localhost',
    'https://u:p@api.openai.com',
    'https://10.0.0.1:8443',
    'https://169.254.169.254',
  ])('refuses %s, and says which field', (url) => expect(() => check(url)).toThrow(refused))

  it('lets a public https origin through', () => expect(() => check('https://api.openai.com/v1')).not.toThrow())

  it('exempts exactly the hosts that are named', () => {
    const exempt = privateUpstreams(['127.0.0.1:9000', 'localhost'])
    expect(() => check('http://127.0.0.1:9000', exempt)).not.toThrow()
    expect(() => check('http://127.0.0.1:9001', exempt)).toThrow(refused)
    expect(() => check('http://localhost:1', exempt)).not.toThrow()
  })

  it('does not exempt metadata addresses, even if they are named', () => {
    expect(() =>
      check('http://169.254.169.254/latest', privateUpstreams(['169.254.169.254', '169.254.169.254:80'])),
    ).toThrow(refused)
  })
})
