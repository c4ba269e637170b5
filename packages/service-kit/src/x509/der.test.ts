import { describe, expect, it } from '@jest/globals'
import { extensionsWith, inside } from './der.js'

/** 2.5.29.19 */
const ID = Buffer.from('551d13', 'hex')

const element = (tag: number, ...content: readonly Buffer[]): Buffer => {
  const bytes = Buffer.concat(content)
  return Buffer.concat([Buffer.from([tag, bytes.length]), bytes])
}

const extension = (id: Buffer, value: Buffer): Buffer => element(0x30, element(0x06, id), element(0x04, value))

const certificate = (...extensions: readonly Buffer[]): Buffer =>
  element(0x30, element(0x30, element(0xa3, element(0x30, ...extensions))))

const VALUE = Buffer.from('30030101ff', 'hex')
const OTHER = extension(Buffer.from('551d0f', 'hex'), VALUE)

const contentOf = (hex: string) => inside({ tag: 0x30, content: Buffer.from(hex, 'hex') })

describe('the extensions of a certificate', () => {
  it('are those with the id, and every one of them', () => {
    const value = { tag: 0x30, content: VALUE.subarray(2) }
    expect(extensionsWith(ID, certificate(OTHER))).toEqual([])
    expect(extensionsWith(ID, certificate(extension(ID, VALUE), OTHER))).toEqual([value])
    expect(extensionsWith(ID, certificate(extension(ID, VALUE), extension(ID, VALUE)))).toEqual([value, value])
  })

  it.each([
    ['something behind the value', certificate(extension(ID, Buffer.concat([VALUE, VALUE])))],
    ['something behind the certificate', Buffer.concat([certificate(), VALUE])],
    ['no element', Buffer.alloc(0)],
  ])('are refused with %s', (_what, bytes) => {
    expect(() => extensionsWith(ID, bytes)).toThrow(/DER/)
  })
})

describe('DER', () => {
  it.each([
    ['an indefinite length', '30800000'],
    ['a length of five bytes', '30850000000001ff'],
    ['a short length in two bytes', '308101ff'],
    ['a length with a zero in front', `30820080${'00'.repeat(128)}`],
  ])('is not read with %s', (_what, hex) => {
    expect(() => contentOf(hex)).toThrow('a length that is not of DER')
  })

  it('has no tag of more than one byte, and no element that goes on behind the end', () => {
    expect(() => contentOf('3f0100')).toThrow('a tag of more than one byte')
    expect(() => contentOf('300201')).toThrow('an element that goes on behind its end')
  })

  it.each([0, 1, 127, 128, 255, 256])('has a content of %d bytes under its shortest length', (length) => {
    const head = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
    const bytes = Buffer.concat([Buffer.from([0x04, ...head]), Buffer.alloc(length)])
    expect(inside({ tag: 0x30, content: bytes })).toEqual([{ tag: 0x04, content: Buffer.alloc(length) }])
  })
})
