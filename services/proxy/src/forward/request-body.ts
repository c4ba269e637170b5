import type { IncomingMessage } from 'node:http'
import { Fault } from '@protectmyapi/service-kit/faults'
import { ClientLeft } from './upload.js'

const LIMITS = {
  /** Up to this size a body is taken as one buffer, which allows twice as many requests a second as a stream. */
  wholeBytesMax: 64 * 1024,
  /** How long a body of that size may take to arrive. Nothing is drawn, recorded or leased before it has. */
  wholeMs: 30_000,
} as const

/**
 * The bound of one body, which is never held in memory. Providers take audio of 25 MB, and files of up to some hundred.
 */
export const BODY_BYTES_MAX = 1024 * 1024 * 1024

export type RequestBody =
  | { readonly kind: 'none' }
  | { readonly kind: 'whole'; readonly bytes: Buffer }
  /** Length in bytes, where the client stated it. */
  | { readonly kind: 'streamed'; readonly length: number | null }

const NONE: RequestBody = { kind: 'none' }

/**
 * Determines how the request's body comes, and reads all of it where it is small.
 *
 * @param waits the client waits for `100 Continue`: then nothing is read yet.
 * @throws Fault TOO_LARGE, INVALID_REQUEST for a body that comes too slowly; ClientLeft.
 */
export async function takeBody(incoming: IncomingMessage, waits: boolean): Promise<RequestBody> {
  // `checkHead` has made sure that it says `chunked` and no more.
  if (incoming.headers['transfer-encoding'] !== undefined) return { kind: 'streamed', length: null }
  const length = Number(incoming.headers['content-length'] ?? 0)
  if (length === 0) return NONE
  if (length > BODY_BYTES_MAX) throw new Fault('TOO_LARGE', `a body of ${length} bytes`)
  if (waits || length > LIMITS.wholeBytesMax) return { kind: 'streamed', length }
  // The parser is still working on the packet: a microtask later a small body is there, and no event has to be waited
  // for.
  await undefined
  return { kind: 'whole', bytes: readAtOnce(incoming, length) ?? (await readWhole(incoming, length)) }
}

/**
 * Runs before anything is drawn or leaves. A body without a stated length is counted while it passes.
 *
 * @throws Fault TOO_LARGE.
 */
export function checkLength(body: RequestBody, bytesMax: number): void {
  const length = body.kind === 'whole' ? body.bytes.length : body.kind === 'streamed' ? (body.length ?? 0) : 0
  if (length > bytesMax) throw bodyTooLarge(bytesMax)
}

export function bodyTooLarge(bytesMax: number): Fault {
  const say = `The body is larger than the ${bytesMax} bytes that this API service allows. Send a smaller body, or ask an administrator to raise the limit.`
  return new Fault('TOO_LARGE', `the body is larger than ${bytesMax} bytes`, { say })
}

function readAtOnce(incoming: IncomingMessage, length: number): Buffer | null {
  if (incoming.readableLength !== length) return null
  const bytes: unknown = incoming.read()
  // The server waits for the body's end before it takes the next request.
  incoming.resume()
  return Buffer.isBuffer(bytes) ? bytes : null
}

function readWhole(incoming: IncomingMessage, length: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const timer = setTimeout(() => settle(() => reject(tooSlow())), LIMITS.wholeMs)
    const onData = (chunk: Buffer): void => void chunks.push(chunk)
    const onEnd = (): void =>
      settle(() => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, length)))
    const onClose = (): void => settle(() => reject(new ClientLeft()))
    function settle(answer: () => void): void {
      clearTimeout(timer)
      incoming.off('data', onData).off('end', onEnd).off('close', onClose)
      answer()
    }
    incoming.on('data', onData).on('end', onEnd).on('close', onClose)
  })
}

function tooSlow(): Fault {
  return new Fault('INVALID_REQUEST', 'the body did not arrive in time', {
    say: 'The body did not arrive in time. Send it again.',
  })
}
