import { describe, expect, it } from '@jest/globals'
import { wrongHeaderName, wrongHeaderText } from './header-name.js'

describe('wrongHeaderName', () => {
  it.each(['authorization', 'X-Api-Key', 'xi-api-key', 'OpenAI-Organization'])('lets %s be set', (name) => {
    expect(wrongHeaderName(name)).toBeUndefined()
  })

  it.each([
    'Host',
    'content-length',
    'content_length',
    'transfer.encoding',
    'transfer%2dencoding',
    '-content..length-',
    'ho%73t',
    'x.forwarded.host',
    'forwarded.',
    'x-original-url',
    'Connection',
    'cookie',
    'Via',
    'Accept-Charset',
    'A_IM',
    'X-Forwarded-For',
    'pma-request-id',
    'a b',
    'x:y',
    '',
  ])('keeps %p from being set', (name) => expect(wrongHeaderName(name)).toEqual(expect.any(String)))
})

describe('wrongHeaderText', () => {
  it.each(['a\r\nb', 'a\0b', 'ключ'])('refuses %p', (text) => expect(wrongHeaderText(text)).toEqual(expect.any(String)))
  it('takes visible text', () => expect(wrongHeaderText('Bearer x-1')).toBeUndefined())
})
