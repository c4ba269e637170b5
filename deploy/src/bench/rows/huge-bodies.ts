import { request } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { peakMibWhile, residentMib } from '../measure/memory.js'
import { buySession, UPLOAD_BYTES_MAX } from '../rig/provision.js'
import { defineRow, type Taken } from '../row.js'
import { HUGE_BYTES } from '../stream-upstream/stream-upstream.js'

const LIMITS = {
  pieceBytes: 1024 * 1024,
  sampleEveryMs: 20,
} as const

/** A body of one GiB, the largest, down and then up: how much the process's memory grows meanwhile. */
export const hugeBodies = defineRow({
  name: 'huge-bodies',
  figures: {
    download: { what: '1 GiB download: RSS above what it was before', unit: 'MiB', goal: { atMost: 64 } },
    upload: { what: '1 GiB upload: RSS above what it was before', unit: 'MiB', goal: { atMost: 64 } },
  },
  async measure(rig) {
    const service = await rig.service('streams')
    const proxy = await rig.bestProxy()
    const session = await buySession(proxy.port, rig.app)
    const call = (method: string, path: string, body: Iterable<Buffer>): Promise<number> =>
      bytesOfAnswer(proxy.port, method, `/v1/p/${service}/v1/${path}`, session, body)
    return {
      download: await grownBy(proxy.pid, () => call('GET', 'huge', []), HUGE_BYTES),
      upload: await grownBy(proxy.pid, () => call('POST', 'files', pieces(UPLOAD_BYTES_MAX)), 2),
    }
  },
})

async function grownBy(pid: number, transfer: () => Promise<number>, arrives: number): Promise<Taken> {
  // The first transfer is not measured: the process keeps what it allocates for its first large body.
  await transfer()
  const before = await residentMib(pid)
  const transferring = transfer()
  const peak = await peakMibWhile(pid, transferring, LIMITS.sampleEveryMs)
  const arrived = await transferring
  return arrived === arrives
    ? { value: peak - before, note: `from ${before.toFixed(0)} MiB` }
    : { value: null, note: `${arrived} bytes came instead of ${arrives}` }
}

function* pieces(bytes: number): Generator<Buffer> {
  const piece = Buffer.alloc(LIMITS.pieceBytes, 'upload ')
  for (let sent = 0; sent < bytes; sent += piece.length) yield piece
}

/** Sends a request body in chunks; reads the answer to its end and drops it. @throws where it breaks off. */
async function bytesOfAnswer(
  port: number,
  method: string,
  path: string,
  session: string,
  body: Iterable<Buffer>,
): Promise<number> {
  const headers = { authorization: `Bearer ${session}` }
  const outgoing = request({ host: '127.0.0.1', port, method, path, headers, agent: false })
  const answered = new Promise<Readable>((resolve, reject) => outgoing.on('response', resolve).on('error', reject))
  await pipeline(Readable.from(body), outgoing)
  let bytes = 0
  for await (const chunk of await answered) bytes += Buffer.byteLength(chunk)
  return bytes
}
