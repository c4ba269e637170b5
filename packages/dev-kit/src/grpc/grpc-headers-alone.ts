import { connect, type IncomingHttpHeaders } from 'node:http2'

interface HeadersAlone {
  readonly port: number
  /** PEM. */
  readonly tls: { readonly cert: string | Buffer; readonly key: string | Buffer; readonly ca: string | Buffer }
  /** `/package.Service/Method` */
  readonly path: string
  readonly fields?: Readonly<Record<string, string>>
}

/**
 * Begins a gRPC call without sending any of its message. Returns the header fields of the answer that arrives
 * nevertheless.
 */
export async function grpcHeadersAlone({ port, tls, path, fields }: HeadersAlone): Promise<IncomingHttpHeaders> {
  const session = connect(`https://127.0.0.1:${port}`, { ...tls, checkServerIdentity: () => undefined })
  try {
    const head = { ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers', ...fields }
    const call = session.request(head, { endStream: false })
    return await new Promise((resolve, reject) => {
      call.once('response', resolve)
      call.once('error', reject)
      session.once('error', reject)
    })
  } finally {
    session.destroy()
  }
}
