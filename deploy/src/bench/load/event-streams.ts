import { connect } from 'node:net'
import { bytesOf, type EventsJob, type LoadResult } from './jobs.js'

const SENT = /"sentNs":(\d+)/g
const NS_PER_MS = 1e6

/** Opens streams, a few at a time, reads their events for a while, and closes them. Delays are of single events. */
export function runEvents({ shot, streams, msMax, opening }: EventsJob): Promise<LoadResult> {
  const request = bytesOf(shot)
  const delaysMs: number[] = []
  const others: Record<number, number> = {}
  const begun = performance.now()
  return new Promise((resolve, reject) => {
    const sockets: ReturnType<typeof connect>[] = []
    let answered = 0
    function open(): void {
      if (sockets.length >= streams) return
      const socket = connect({ port: shot.port, host: '127.0.0.1', noDelay: true })
      sockets.push(socket)
      socket.once('data', (chunk: Buffer) => {
        answered += 1
        const status = Number(chunk.toString('latin1', 9, 12))
        if (status !== 200) others[status] = (others[status] ?? 0) + 1
        open()
      })
      socket.on('data', (chunk: Buffer) => {
        const now = process.hrtime.bigint()
        for (const [, sent = '0'] of chunk.toString('latin1').matchAll(SENT)) {
          delaysMs.push(Number(now - BigInt(sent)) / NS_PER_MS)
        }
      })
      socket.on('error', fail)
      socket.write(request)
    }
    function settle(how: () => void): void {
      clearTimeout(timer)
      for (const socket of sockets) socket.destroy()
      how()
    }
    function fail(cause: Error): void {
      settle(() => reject(cause))
    }
    const timer = setTimeout(
      () => settle(() => resolve({ answers: answered, others, ms: performance.now() - begun, delaysMs })),
      msMax,
    )
    for (let at = 0; at < opening; at += 1) open()
  })
}
