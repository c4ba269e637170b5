import { describe, expect, it } from '@jest/globals'
import { encodeCbor } from '@protectmyapi/dev-kit/attestation/encode-cbor'
import { generatedCases } from '@protectmyapi/dev-kit/generated-cases'
import fc from 'fast-check'
import { refusalOf } from '../../test/refusal-of.js'
import { type Cbor, readCbor } from './cbor.js'

const refusal = (hex: string): string => refusalOf(() => readCbor(Buffer.from(hex, 'hex')))

const { item } = fc.letrec<{ item: Cbor }>((tie) => ({
  item: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    fc.integer({ min: -(2 ** 32), max: 2 ** 32 - 1 }),
    fc.string({ unit: 'binary' }),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    fc.array(tie('item'), { maxLength: 4 }),
    fc.array(fc.tuple(fc.string({ unit: 'binary' }), tie('item')), { maxLength: 4 }).map((entries) => new Map(entries)),
  ),
}))

describe('CBOR', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(item, (written) => {
        expect(readCbor(encodeCbor(written))).toEqual(written)
      }),
      { numRuns: generatedCases(500) },
    )
  })

  it('has one encoding for what is read, and a refusal for all other bytes', () => {
    const damaged = fc
      .tuple(item.map(encodeCbor), fc.nat(), fc.nat({ max: 2 }), fc.uint8Array({ maxLength: 3 }))
      .map(([bytes, at, cut, put]) => {
        const from = at % (bytes.length + 1)
        return Buffer.concat([bytes.subarray(0, from), put, bytes.subarray(from + cut)])
      })
    const random = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes))
    fc.assert(
      fc.property(fc.oneof(damaged, random), (bytes) => {
        let read: Cbor | undefined
        const refused = refusalOf(() => {
          read = readCbor(bytes)
        })
        if (read === undefined) expect(refused).toMatch(/^INVALID_ATTESTATION: CBOR: /)
        else expect(encodeCbor(read).toString('hex')).toBe(bytes.toString('hex'))
      }),
      { numRuns: generatedCases(3_000) },
    )
  })

  // The integers, strings, lists and maps of RFC 8949, appendix A, that App Attest may use.
  it.each([
    ['00', 0],
    ['17', 23],
    ['1818', 24],
    ['1903e8', 1_000],
    ['1a000f4240', 1_000_000],
    ['20', -1],
    ['3863', -100],
    ['3903e7', -1_000],
    ['40', Buffer.alloc(0)],
    ['4401020304', Buffer.from([1, 2, 3, 4])],
    ['60', ''],
    ['62c3bc', 'ü'],
    ['64f0908591', '𐅑'],
    ['63efbbbf', '\ufeff'],
    ['80', []],
    ['8301820203820405', [1, [2, 3], [4, 5]]],
    ['a0', new Map()],
    [
      'a26161016162820203',
      new Map<string, Cbor>([
        ['a', 1],
        ['b', [2, 3]],
      ]),
    ],
  ])('reads %s', (hex, value) => {
    expect(readCbor(Buffer.from(hex, 'hex'))).toEqual(value)
  })

  it.each([
    ['nothing', '', 'it ends early'],
    ['something behind its end', '0000', 'something behind its end'],
    ['a string that ends early', '4401', 'it ends early'],
    ['a list that ends early', '8201', 'it ends early'],
    ['a list of four thousand million items', '9affffffff', 'it ends early'],
    ['a number that ends early', '19ff', 'it ends early'],
    ['a small number in one byte more', '1817', 'a number that is not in its shortest form'],
    ['a small number in two bytes more', '1900ff', 'a number that is not in its shortest form'],
    ['a small number in four bytes more', '1a0000ffff', 'a number that is not in its shortest form'],
    ['a length in one byte more', '580100', 'a number that is not in its shortest form'],
    ['a number of 64 bits', '1b0000000100000000', 'an indefinite length, or a number of more than 32 bits'],
    ['a reserved form', '1c', 'an indefinite length, or a number of more than 32 bits'],
    ['bytes of an indefinite length', '5f4100ff', 'an indefinite length, or a number of more than 32 bits'],
    ['a list of an indefinite length', '9fff', 'an indefinite length, or a number of more than 32 bits'],
    ['a map of an indefinite length', 'bfff', 'an indefinite length, or a number of more than 32 bits'],
    ['a name that occurs twice', 'a2616101616102', 'a name that occurs twice'],
    ['a name that is a number', 'a10102', 'a name that is not text'],
    ['a name that is bytes', 'a1416102', 'a name that is not text'],
    ['text that is not UTF-8', '61ff', 'text that is not UTF-8'],
    ['text with half a pair', '63eda080', 'text that is not UTF-8'],
    ['a tag', 'c100', 'a tag, a float or a simple value'],
    ['true', 'f5', 'a tag, a float or a simple value'],
    ['null', 'f6', 'a tag, a float or a simple value'],
    ['a float', 'f93c00', 'a tag, a float or a simple value'],
    ['a break', 'ff', 'an indefinite length, or a number of more than 32 bits'],
  ])('refuses %s', (_what, hex, reason) => {
    expect(refusal(hex)).toBe(`INVALID_ATTESTATION: CBOR: ${reason}`)
  })

  it('nests four deep and no deeper', () => {
    expect(readCbor(Buffer.from('8181818100', 'hex'))).toEqual([[[[0]]]])
    expect(refusal('818181818100')).toBe('INVALID_ATTESTATION: CBOR: too deep')
    expect(refusal('81'.repeat(16_000))).toBe('INVALID_ATTESTATION: CBOR: too deep')
  })

  it('has 16 KiB at most', () => {
    const bytes = (length: number): Buffer => encodeCbor(Buffer.alloc(length - 3))
    expect(refusalOf(() => readCbor(bytes(16 * 1024)))).toBe('done')
    expect(refusalOf(() => readCbor(bytes(16 * 1024 + 1)))).toBe('INVALID_ATTESTATION: CBOR: too long')
  })
})
