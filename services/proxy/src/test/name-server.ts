import { createSocket, type RemoteInfo } from 'node:dgram'
import { isIP } from 'node:net'

const FAMILY_OF_TYPE = { 1: 4, 28: 6 } as const
const HEAD_BYTES = 12

/** A name server (RFC 1035, UDP) for tests, which answers what it is told to. */
export interface NameServer {
  /** `address:port`. */
  readonly server: string
  /** Questions so far, as `name family`. */
  readonly asked: readonly string[]
  close(): Promise<void>
}

/** A CNAME for the name that was asked for, and the addresses of the alias. */
interface Alias {
  readonly alias: string
  readonly addresses: readonly string[]
}

/** @param answer the addresses of a family; `unknown` answers that there is no such name, `silence` does not answer. */
export async function startNameServer(
  answer: (name: string, family: 4 | 6) => readonly string[] | Alias | 'unknown' | 'silence',
): Promise<NameServer> {
  const socket = createSocket('udp4')
  const asked: string[] = []
  socket.on('message', (question, peer) => {
    const { name, family, end } = readQuestion(question)
    asked.push(`${name} ${family}`)
    const found = answer(name, family)
    if (found !== 'silence') send(peer, question, end, found)
  })
  function send(peer: RemoteInfo, question: Buffer, end: number, found: readonly string[] | Alias | 'unknown'): void {
    const records = found === 'unknown' ? [] : recordsOf(found)
    const head = Buffer.from(question.subarray(0, HEAD_BYTES))
    head.writeUInt16BE(found === 'unknown' ? 0x8183 : 0x8180, 2)
    head.writeUInt16BE(records.length, 6)
    head.writeUInt32BE(0, 8)
    socket.send(Buffer.concat([head, question.subarray(HEAD_BYTES, end), ...records]), peer.port, peer.address)
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
  return { name: labels.join('.'), family: FAMILY_OF_TYPE[type], end: at + 5 }
}

const A = 1
const CNAME = 5
const AAAA = 28

/** A pointer to the name in the question (RFC 1035 § 4.1.4). */
const ASKED = Buffer.of(0xc0, HEAD_BYTES)

function recordsOf(found: readonly string[] | Alias): Buffer[] {
  if (!('alias' in found)) return found.map((address) => addressRecord(ASKED, address))
  const alias = labelled(found.alias)
  return [record(ASKED, CNAME, alias), ...found.addresses.map((address) => addressRecord(alias, address))]
}

/** IPv6 must be written as eight groups. */
function addressRecord(name: Buffer, address: string): Buffer {
  const isV4 = isIP(address) === 4
  const bytes = isV4 ? address.split('.').map(Number) : address.split(':').flatMap(groupBytes)
  return record(name, isV4 ? A : AAAA, Buffer.from(bytes))
}

/** With a life of 0. */
function record(name: Buffer, type: number, data: Buffer): Buffer {
  const head = Buffer.alloc(10)
  head.writeUInt16BE(type, 0)
  head.writeUInt16BE(1, 2)
  head.writeUInt16BE(data.length, 8)
  return Buffer.concat([name, head, data])
}

/** Each label is preceded by its length; the root's ends it. */
function labelled(name: string): Buffer {
  const labels = name.split('.').flatMap((label) => [Buffer.of(label.length), Buffer.from(label, 'latin1')])
  return Buffer.concat([...labels, Buffer.of(0)])
}

const groupBytes = (group: string): number[] => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]
