import { connect, type Socket } from 'node:net'

/** A connection, and everything received over it, one character per byte. */
export interface RawClient {
  readonly socket: Socket
  /** What was received so far. */
  heard(): string
  /** Resolves to everything received once the connection is closed, by either side. */
  readonly closed: Promise<string>
}

interface Way {
  readonly port: number
  /** Another of the machine's addresses acts as another client. */
  readonly localAddress?: string
}

/** Connects and sends these bytes. */
export function rawClient({ port, localAddress = '127.0.0.1' }: Way, bytes = ''): RawClient {
  const socket = connect({ port, host: '127.0.0.1', localAddress })
  const chunks: Buffer[] = []
  const heard = (): string => Buffer.concat(chunks).toString('latin1')
  socket.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => {})
  if (bytes !== '') socket.write(bytes)
  return { socket, heard, closed: new Promise((resolve) => socket.on('close', () => resolve(heard()))) }
}
