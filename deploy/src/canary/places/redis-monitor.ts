import { once } from 'node:events'
import net from 'node:net'
import { redisAddress } from '../../system/redis-access.js'
import { type Collected, collect } from './collected.js'

/** Listens to every command that a Redis receives, by MONITOR. */
export interface RedisMonitor {
  readonly heard: Collected
  stop(): void
}

export async function monitorRedis(name: string, url: string): Promise<RedisMonitor> {
  const { host, port, password = '' } = redisAddress(url)
  const heard = collect(name)
  const socket = net.connect(port, host)
  await once(socket, 'connect')
  socket.on('data', (bytes: Buffer) => {
    // MONITOR quotes commands and escapes bytes: both the escaped and the original form are kept.
    heard.add(bytes)
    heard.add(unescaped(bytes.toString('latin1')))
  })
  socket.on('error', () => undefined)
  socket.write(command('AUTH', password) + command('MONITOR'))
  await once(socket, 'data')
  return { heard, stop: () => void socket.destroy() }
}

function command(...words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', a: '\x07', b: '\b' }

/** Reverses `sdscatrepr` of Redis. */
function unescaped(text: string): Buffer {
  const plain = text.replace(/\\(?:x([0-9a-f]{2})|(.))/g, (_all, hex: string | undefined, char: string | undefined) =>
    hex === undefined ? (ESCAPES[char ?? ''] ?? char ?? '') : String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return Buffer.from(plain, 'latin1')
}
