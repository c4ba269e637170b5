/**
 * The same text in memory of its own, for what is kept longer than the text that it was cut from. V8 lets a part refer
 * to the whole: a remembered path would hold the request's query in memory, and a token in it.
 *
 * @param part of characters up to U+00FF, as header fields and request targets are read.
 */
export function ownCopy(part: string): string {
  return Buffer.from(part, 'latin1').toString('latin1')
}
