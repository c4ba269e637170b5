import { Fault } from '@protectmyapi/service-kit/faults'

/** What the objects of App Attest are made of. */
export type Cbor = number | string | Buffer | Cbor[] | CborMap
export type CborMap = Map<string, Cbor>

const LIMITS = {
  /** Attestations of real devices have some 6 KiB, most of it the receipt. */
  bytesMax: 16 * 1024,
  /** An attestation nests a list of certificates in a map in a map. */
  depthMax: 4,
} as const

/** RFC 8949 § 3.1. */
const MAJOR = { unsigned: 0, negative: 1, bytes: 2, text: 3, array: 4, map: 5 } as const

/** Bytes of the argument that follows a head, by the head's low five bits, and what a shorter form holds (RFC 8949 § 4.2.1). */
const LONGER_FORMS: Readonly<Record<number, { readonly bytes: number; readonly shorterMax: number }>> = {
  24: { bytes: 1, shorterMax: 23 },
  25: { bytes: 2, shorterMax: 0xff },
  26: { bytes: 4, shorterMax: 0xffff },
}

/** Up to this the low five bits of a head are the argument itself. */
const SHORT_MAX = 23

/**
 * Reads one item that fills the bytes. Of CBOR only what App Attest uses is read, so that no bytes have two meanings:
 * integers of at most 32 bits, strings, lists and maps of a stated length, names that are text and occur once, and the
 * shortest form of each number.
 *
 * @throws Fault INVALID_ATTESTATION.
 */
export function readCbor(bytes: Buffer): Cbor {
  if (bytes.length > LIMITS.bytesMax) throw unreadable('too long')
  const reader = { bytes, at: 0 }
  const item = readItem(reader, 0)
  if (reader.at < bytes.length) throw unreadable('something behind its end')
  return item
}

/** @throws Fault INVALID_ATTESTATION. */
export function readCborMap(bytes: Buffer): CborMap {
  return mapOf(readCbor(bytes))
}

/** @throws Fault INVALID_ATTESTATION. */
export function mapOf(item: Cbor | undefined): CborMap {
  if (item instanceof Map) return item
  throw unreadable('no map where one belongs')
}

/** @throws Fault INVALID_ATTESTATION. */
export function listOf(item: Cbor | undefined): Cbor[] {
  if (Array.isArray(item)) return item
  throw unreadable('no list where one belongs')
}

/** @throws Fault INVALID_ATTESTATION. */
export function bytesOf(item: Cbor | undefined): Buffer {
  if (Buffer.isBuffer(item)) return item
  throw unreadable('no bytes where they belong')
}

interface Reader {
  readonly bytes: Buffer
  at: number
}

function readItem(reader: Reader, depth: number): Cbor {
  if (depth > LIMITS.depthMax) throw unreadable('too deep')
  const { major, argument } = readHead(reader)
  switch (major) {
    case MAJOR.unsigned:
      return argument
    case MAJOR.negative:
      return -1 - argument
    case MAJOR.bytes:
      return take(reader, argument)
    case MAJOR.text:
      return textOf(take(reader, argument))
    case MAJOR.array:
      return readList(reader, argument, depth)
    case MAJOR.map:
      return readMap(reader, argument, depth)
    default:
      throw unreadable('a tag, a float or a simple value')
  }
}

function readHead(reader: Reader): { readonly major: number; readonly argument: number } {
  const head = take(reader, 1).readUInt8()
  const major = head >> 5
  const low = head & 0x1f
  if (low <= SHORT_MAX) return { major, argument: low }
  const form = LONGER_FORMS[low]
  if (!form) throw unreadable('an indefinite length, or a number of more than 32 bits')
  const argument = take(reader, form.bytes).readUIntBE(0, form.bytes)
  if (argument <= form.shorterMax) throw unreadable('a number that is not in its shortest form')
  return { major, argument }
}

/** Nothing is allocated by a stated count: each item takes a byte at least, so the bytes bound the list. */
function readList(reader: Reader, count: number, depth: number): Cbor[] {
  const items: Cbor[] = []
  while (items.length < count) items.push(readItem(reader, depth + 1))
  return items
}

function readMap(reader: Reader, count: number, depth: number): CborMap {
  const map: CborMap = new Map()
  while (map.size < count) {
    const name = readItem(reader, depth + 1)
    if (typeof name !== 'string') throw unreadable('a name that is not text')
    if (map.has(name)) throw unreadable('a name that occurs twice')
    map.set(name, readItem(reader, depth + 1))
  }
  return map
}

function take(reader: Reader, count: number): Buffer {
  const end = reader.at + count
  if (end > reader.bytes.length) throw unreadable('it ends early')
  const taken = reader.bytes.subarray(reader.at, end)
  reader.at = end
  return taken
}

function textOf(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw unreadable('text that is not UTF-8', cause)
  }
}

function unreadable(detail: string, cause?: unknown): Fault {
  return new Fault('INVALID_ATTESTATION', `CBOR: ${detail}`, cause === undefined ? {} : { cause })
}
