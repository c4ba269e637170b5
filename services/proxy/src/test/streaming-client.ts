import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { until } from '@protectmyapi/dev-kit/until'
import { APP_TOKEN, type ProxyUnderTest } from './start-proxy.js'

/** Opens a request and returns the answer as it begins. */
export function open(
  proxy: ProxyUnderTest,
  method: string,
  path: string,
  headers: Record<string, string> = {},
): { request: ClientRequest; answer: Promise<IncomingMessage> } {
  const request = httpRequest({
    host: '127.0.0.1',
    port: proxy.port,
    method,
    path: `/v1/p/up${path}`,
    headers: { 'x-api-key': APP_TOKEN, ...headers },
    agent: false,
  })
  const answer = new Promise<IncomingMessage>((resolve, reject) => request.on('response', resolve).on('error', reject))
  answer.catch(() => {})
  return { request, answer }
}

/** Reads to the end; `whole` is false where the connection broke before it. */
export async function readAll(answer: IncomingMessage): Promise<{ body: string; whole: boolean }> {
  const chunks: Buffer[] = []
  answer.on('data', (chunk: Buffer) => chunks.push(chunk))
  await new Promise<void>((resolve) => answer.on('close', resolve).on('error', () => {}))
  return { body: Buffer.concat(chunks).toString('latin1'), whole: answer.complete }
}

/** The next piece, as it comes. */
export const next = (stream: IncomingMessage): Promise<string> =>
  new Promise((resolve) => stream.once('data', (chunk: Buffer) => resolve(chunk.toString())))
/** How the first admitted request's end was recorded. */
export const endOf = async (proxy: ProxyUnderTest) => until(() => proxy.plane.recorded[0]?.ends[0])

/** All bytes that a raw connection answers until it closes. */
export async function exchangeRaw(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => {})
  socket.write(text, 'latin1')
  await new Promise((resolve) => socket.on('close', resolve))
  return Buffer.concat(chunks).toString('latin1')
}

export const rawGet = (path = '/', version = '1.1'): string =>
  `GET /v1/p/up${path} HTTP/${version}\r\nHost: x\r\nConnection: close\r\nx-api-key: ${APP_TOKEN}\r\n\r\n`

export function originOf(proxy: ProxyUnderTest): string {
  return proxy.plane.routeOf.get('up')?.target.origin ?? ''
}
