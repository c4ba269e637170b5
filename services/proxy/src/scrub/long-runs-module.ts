/*
 * A WebAssembly module of one function, written out instruction by instruction (WebAssembly 2.0, with its SIMD part):
 *
 *     find(at, stop): where the first run of 16 or more token bytes begins in memory[at, stop); stop if there is none
 *
 * It processes sixteen bytes a step. A byte is a token byte if LOW[its low four bits] and HIGH[its high four bits]
 * share a bit; the tables stand at the memory's beginning. The fifteen bytes behind `stop` are read too, and must not
 * be token bytes. Why not JavaScript: docs/performance.md.
 */

/** Tables of sixteen bytes each, in the memory. */
export const LOW_TABLE_AT = 0
export const HIGH_TABLE_AT = 16
/** Of 64 KiB each: one piece, the tables, and some bytes around it. */
const PAGES = 2

const I32 = 0x7f
const V128 = 0x7b
const NO_RESULT = 0x40
/** One bit behind the sixteen of a step, so that counting ends there; in LEB128. */
const SEVENTEENTH_BIT = [0x80, 0x80, 0x04]

/** Parameters and locals by their numbers. */
const [AT, STOP, CARRIED, OTHERS, BYTES] = [0, 1, 2, 3, 4]

const get = (local: number): readonly number[] => [0x20, local]
const set = (local: number): readonly number[] => [0x21, local]
const tee = (local: number): readonly number[] => [0x22, local]
const i32 = (value: number): readonly number[] => [0x41, value]
const [ge_u, clz, ctz, add, sub, or, shl] = [[0x4f], [0x67], [0x68], [0x6a], [0x6b], [0x72], [0x74]]
const loop = [0x03, NO_RESULT]
const if_ = [0x04, NO_RESULT]
const [end, again, return_, unreachable] = [[0x0b], [0x0c, 0], [0x0f], [0x00]]
const load = (offset: number): readonly number[] => [0xfd, 0x00, 0, offset]
const sixteen = (byte: number): readonly number[] => [0xfd, 0x0c, ...Array<number>(16).fill(byte)]
const [swizzle, equal, and, bitmask, shiftRight] = [
  [0xfd, 0x0e],
  [0xfd, 0x23],
  [0xfd, 0x4e],
  [0xfd, 0x64],
  [0xfd, 0x6d],
]

const FIND: readonly number[] = [
  loop,
  [get(AT), get(STOP), ge_u, if_, get(STOP), return_, end],
  // What the tables say about the low and the high half of each byte.
  [i32(0), load(LOW_TABLE_AT), get(AT), load(0), tee(BYTES), sixteen(0x0f), and, swizzle],
  [i32(0), load(HIGH_TABLE_AT), get(BYTES), i32(4), shiftRight, swizzle],
  // A bit for each byte that is not a token byte; the first byte's is the lowest.
  [and, sixteen(0), equal, bitmask, set(OTHERS)],
  // Whether the run that was carried here and goes on is long enough.
  [get(CARRIED), get(OTHERS), [0x41, ...SEVENTEENTH_BIT], or, ctz, add, i32(16), ge_u],
  [if_, get(AT), get(CARRIED), sub, return_, end],
  // The run at the end of these sixteen bytes is carried on.
  [get(OTHERS), i32(16), shl, clz, set(CARRIED)],
  [get(AT), i32(16), add, set(AT), again],
  end,
  unreachable,
  end,
].flat(2)

const LOCALS = [2, 2, I32, 1, V128]
const BODY = [...LOCALS, ...FIND]

/** Sections by their numbers: types, functions, memories, exports, code. */
export const LONG_RUNS_MODULE: Uint8Array<ArrayBuffer> = Uint8Array.from([
  ...[0x00, ...Buffer.from('asm'), 1, 0, 0, 0],
  ...section(1, [1, 0x60, 2, I32, I32, 1, I32]),
  ...section(3, [1, 0]),
  ...section(5, [1, 0, PAGES]),
  ...section(7, [2, ...named('memory'), 2, 0, ...named('find'), 0, 0]),
  ...section(10, [1, ...leb128(BODY.length), ...BODY]),
])

function section(number: number, contents: readonly number[]): number[] {
  return [number, ...leb128(contents.length), ...contents]
}

function named(name: string): number[] {
  return [name.length, ...Buffer.from(name)]
}

/** Of lengths below 2^14. */
function leb128(length: number): number[] {
  return length < 0x80 ? [length] : [0x80 | (length & 0x7f), length >> 7]
}
