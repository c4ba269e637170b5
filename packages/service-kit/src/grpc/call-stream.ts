import { Duplex } from 'node:stream'

/** The part of an HTTP/2 stream that is needed here. */
export interface CallStream extends Duplex {
  /** Closes the stream once everything written has been sent; the other side may send no more. */
  close(): void
}

/**
 * The HTTP/2 stream of a call. grpc-js does not expose it, so each step of the look-up is checked. A handler's call
 * wraps an interceptor's call, which wraps the stream.
 */
export function streamOf(call: unknown): unknown {
  const ofStream = ['call', 'nextCall'].reduce((at, below) => fieldOf(at, below) ?? at, call)
  return fieldOf(ofStream, 'stream')
}

/** The same, if it is a stream. */
export function callStreamOf(call: unknown): CallStream | undefined {
  const stream = streamOf(call)
  return isCallStream(stream) ? stream : undefined
}

function isCallStream(stream: unknown): stream is CallStream {
  return stream instanceof Duplex && typeof fieldOf(stream, 'close') === 'function'
}

export function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
