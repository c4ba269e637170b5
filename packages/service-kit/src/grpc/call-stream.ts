import { Duplex } from 'node:stream'

/** As much of an HTTP/2 stream as is needed. */
export interface CallStream extends Duplex {
  /** Once what was written has left; the other side may send no more. */
  close(): void
}

/**
 * The HTTP/2 stream of a call. grpc-js keeps it to itself, so its place is looked up with care. A handler's call stands
 * upon an interceptor's, and that upon the stream's.
 */
export function streamOf(call: unknown): unknown {
  const ofStream = ['call', 'nextCall'].reduce((at, below) => fieldOf(at, below) ?? at, call)
  return fieldOf(ofStream, 'stream')
}

/** The same, where it is one indeed. */
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
