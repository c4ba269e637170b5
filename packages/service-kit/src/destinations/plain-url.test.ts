import { describe, expect, it } from '@jest/globals'
import { isPlainlyWritten } from './plain-url.js'

const plain = (text: string): boolean => isPlainlyWritten(text, new URL(text))

describe('isPlainlyWritten', () => {
  it.each([
    'https://api.example.com',
    'HTTPS://API.Example.com/v1',
    'https://api.example.com:443',
    'http://127.0.0.1:80/',
    'https://api.example.com:8443/v1?a=b#c',
    'https://my_bucket.s3.example',
    'https://xn--bcher-kva.example',
    'https://8.8.8.8',
    'https://[2606:4700::1111]:8443',
  ])('accepts %j', (text) => expect(plain(text)).toBe(true))

  it.each([
    // A reader who takes these numbers as decimal sees other addresses: 10.10.10.10 for the first.
    'https://010.010.010.010',
    'https://0x08080808',
    'https://134744072',
    'https://8.8.2056',
    'https://8.8.8.８',
    'https://[2606:4700:0::1111]',
    'https:api.example.com',
    'https:/api.example.com',
    'https:///api.example.com',
    'https:\\\\api.example.com',
    ' https://api.example.com',
    'https://api.example.com ',
    'https://api.example.com\n',
    'https://api.example.com/\n',
    'https://api.exa\tmple.com',
    'ht\ntps://api.example.com',
    'https://@api.example.com',
    'https://:@api.example.com',
    'https://user@api.example.com',
    'https://api.example.com\\',
    'https://api.example.com:',
    'https://api.example.com:0443',
    'https://api.example.com:0',
    'https://api.ex%61mple.com',
    'https://api\u00ad.example.com',
    'https://api。example.com',
    'https://ⓐⓟⓘ.example.com',
    // toLowerCase turns the Kelvin sign into a k; a Cyrillic а and a Thai digit are not ASCII in any reading.
    'https://api.o\u212ata.com',
    'https://\u0430pi.example.com',
    'https://๑๒๗.๐.๐.๑',
    'ftp://api.example.com',
  ])('rejects %j', (text) => expect(plain(text)).toBe(false))
})
