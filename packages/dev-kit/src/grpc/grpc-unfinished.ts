import { connect, type IncomingHttpHeaders } from 'node:http2'

interface Unfinished {
  readonly port: number
  /** PEM. */
  readonly tls: { readonly cert: string | Buffer; readonly key: string | Buffer; readonly ca: string | Buffer }
  /** `/package.Service/Method` */
  readonly path: string
  readonly calls: number
  /** Each message announces this many bytes and sends one less; 0 sends nothing. */
  readonly messageBytes: number
}

export interface UnfinishedCalls {
  /** Header fields with which calls were answered, once the server has closed them. */
  readonly answers: readonly IncomingHttpHeaders[]
  close(): void
}

/** Begins gRPC calls over one connection, and never completes a message. */
export function beginUnfinished({ port, tls, path, calls, messageBytes }: Unfinished): UnfinishedCalls {
  const answers: IncomingHttpHeaders[] = []
  const session = connect(`https://127.0.0.1:${port}`, {
    ...tls,
    checkServerIdentity: () => undefined,
    // In megabytes; data waiting to be sent counts.
    maxSessionMemory: 1_024,
  })
  const head = {
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
    // A minute, because a call without a deadline would be refused for that.
    'grpc-timeout': '1M',
  }
  const part = Buffer.alloc(messageBytes === 0 ? 0 : 5 + messageBytes - 1)
  if (messageBytes > 0) part.writeUInt32BE(messageBytes, 1)
  for (let call = 0; call < calls; call += 1) {
    const stream = session.request(head, { endStream: false })
    let fields: IncomingHttpHeaders = {}
    stream.once('response', (received) => {
      fields = received
    })
    stream.once('close', () => answers.push(fields))
    stream.resume()
    if (part.length > 0) stream.write(part)
  }
  return { answers, close: () => session.destroy() }
}
