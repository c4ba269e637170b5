import { connect, type Socket } from 'node:net'

/** A connection, and all that came over it, a character a byte. */
export interface RawClient {
  readonly socket: Socket
  /** Until now. */
  heard(): string
  /** Once it is closed, by whomever and however. */
  readonly closed: Promise<string>
}

interface Way {
  readonly port: number
  /** Another one of the machine's stands for another client. */
  readonly localAddress?: string
}

/** Connects, and sends these bytes. */
export function rawClient({ port, localAddress = '127.0.0.1' }: Way, bytes = ''): RawClient {
  const socket = connect({ port, host: '127.0.0.1', localAddress })
  const chunks: Buffer[] = []
  const heard = (): string => Buffer.concat(chunks).toString('latin1')
  socket.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => {})
  if (bytes !== '') socket.write(bytes)
  return { socket, heard, closed: new Promise((resolve) => socket.on('close', () => resolve(heard()))) }
}
