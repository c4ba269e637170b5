import { createSocket, type RemoteInfo } from 'node:dgram'
import { isIP } from 'node:net'

const TYPE = { 1: 4, 28: 6 } as const
const HEAD_BYTES = 12

/** A name server (RFC 1035, UDP), for tests: answers what it is told to. */
export interface NameServer {
  /** `address:port`. */
  readonly server: string
  /** Questions so far, as `name family`. */
  readonly asked: readonly string[]
  close(): Promise<void>
}

/** @param answer the addresses of a family; `unknown` says that there is no such name, `silence` nothing at all. */
export async function startNameServer(
  answer: (name: string, family: 4 | 6) => readonly string[] | 'unknown' | 'silence',
): Promise<NameServer> {
  const socket = createSocket('udp4')
  const asked: string[] = []
  socket.on('message', (question, peer) => {
    const { name, family, end } = readQuestion(question)
    asked.push(`${name} ${family}`)
    const found = answer(name, family)
    if (found !== 'silence') send(peer, question, end, found)
  })
  function send(peer: RemoteInfo, question: Buffer, end: number, found: readonly string[] | 'unknown'): void {
    const addresses = found === 'unknown' ? [] : found
    const head = Buffer.from(question.subarray(0, HEAD_BYTES))
    head.writeUInt16BE(found === 'unknown' ? 0x8183 : 0x8180, 2)
    head.writeUInt16BE(addresses.length, 6)
    head.writeUInt32BE(0, 8)
    socket.send(
      Buffer.concat([head, question.subarray(HEAD_BYTES, end), ...addresses.map(record)]),
      peer.port,
      peer.address,
    )
  }
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  return {
    server: `127.0.0.1:${socket.address().port}`,
    asked,
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  }
}

function readQuestion(question: Buffer): { name: string; family: 4 | 6; end: number } {
  const labels: string[] = []
  let at = HEAD_BYTES
  for (let length = question[at] ?? 0; length > 0; length = question[at] ?? 0) {
    labels.push(question.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  const type = question.readUInt16BE(at + 1)
  if (type !== 1 && type !== 28) throw new Error(`a question of type ${type}`)
  return { name: labels.join('.'), family: TYPE[type], end: at + 5 }
}

/** Of the name that was asked for, with a life of 0. IPv6 as eight groups. */
function record(address: string): Buffer {
  const bytes = isIP(address) === 4 ? address.split('.').map(Number) : address.split(':').flatMap(groupBytes)
  const head = Buffer.alloc(HEAD_BYTES)
  head.writeUInt16BE(0xc00c, 0)
  head.writeUInt16BE(isIP(address) === 4 ? 1 : 28, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt16BE(bytes.length, 10)
  return Buffer.concat([head, Buffer.from(bytes)])
}

const groupBytes = (group: string): number[] => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]
