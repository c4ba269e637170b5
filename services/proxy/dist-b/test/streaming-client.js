import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { until } from '@protectmyapi/dev-kit/until'
import { APP_TOKEN } from './start-proxy.js'
/** Opens a request and hands the answer over as it begins. */
export function open(proxy, method, path, headers = {}) {
  const request = httpRequest({
    host: '127.0.0.1',
    port: proxy.port,
    method,
    path: `/v1/p/up${path}`,
    headers: { 'x-api-key': APP_TOKEN, ...headers },
    agent: false,
  })
  const answer = new Promise((resolve, reject) => request.on('response', resolve).on('error', reject))
  answer.catch(() => {})
  return { request, answer }
}
/** Reads to the end; `whole` is false where the connection broke before it. */
export async function readAll(answer) {
  const chunks = []
  answer.on('data', (chunk) => chunks.push(chunk))
  await new Promise((resolve) => answer.on('close', resolve).on('error', () => {}))
  return { body: Buffer.concat(chunks).toString('latin1'), whole: answer.complete }
}
/** The next piece, as it comes. */
export const next = (stream) => new Promise((resolve) => stream.once('data', (chunk) => resolve(chunk.toString())))
/** What was said of the first admitted request's end. */
export const endOf = async (proxy) => until(() => proxy.plane.recorded[0]?.ends[0])
/** All that a raw connection answers until it closes. */
export async function exchangeRaw(port, text) {
  const socket = connect(port, '127.0.0.1')
  const chunks = []
  socket.on('data', (chunk) => chunks.push(chunk)).on('error', () => {})
  socket.write(text, 'latin1')
  await new Promise((resolve) => socket.on('close', resolve))
  return Buffer.concat(chunks).toString('latin1')
}
export const rawGet = (path = '/', version = '1.1') =>
  `GET /v1/p/up${path} HTTP/${version}\r\nHost: x\r\nConnection: close\r\nx-api-key: ${APP_TOKEN}\r\n\r\n`
export function originOf(proxy) {
  return proxy.plane.routeOf.get('up')?.target.origin ?? ''
}
//# sourceMappingURL=streaming-client.js.map
