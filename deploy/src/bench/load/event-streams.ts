import { connect } from 'node:net'
import { bytesOf, type EventsJob, type LoadResult } from './jobs.js'

const SENT = /"sentNs":(\d+)/g
const NS_PER_MS = 1e6
/** The end of a chunked body (RFC 9112 § 7.1). The connection may stay open after it. */
const LAST_CHUNK = '0\r\n\r\n'

/**
 * Opens streams, a few at a time, holds all of them open for a while, and closes them. Delays are those of single
 * events. If a stream ends by itself the job ends at once, because the state that was to be measured is gone.
 */
export function runEvents({ shot, streams, opening, openMsMax, heldMs }: EventsJob): Promise<LoadResult> {
  const request = bytesOf(shot)
  const delaysMs: number[] = []
  const others: Record<number, number> = {}
  const begun = performance.now()
  return new Promise((resolve, reject) => {
    const sockets: ReturnType<typeof connect>[] = []
    let isOver = false
    let answers = 0
    let timer = setTimeout(finish, openMsMax)
    function open(): void {
      if (sockets.length >= streams) return
      const socket = connect({ port: shot.port, host: '127.0.0.1', noDelay: true })
      sockets.push(socket)
      socket.once('data', (chunk: Buffer) => onAnswer(Number(chunk.toString('latin1', 9, 12))))
      socket.on('data', (chunk: Buffer) => {
        const now = process.hrtime.bigint()
        const text = chunk.toString('latin1')
        for (const [, sent = '0'] of text.matchAll(SENT)) delaysMs.push(Number(now - BigInt(sent)) / NS_PER_MS)
        if (text.endsWith(LAST_CHUNK)) onEnd()
      })
      socket.on('end', onEnd)
      socket.on('error', (cause) => settle(() => reject(cause)))
      socket.write(request)
    }
    function onAnswer(status: number): void {
      if (status === 200) answers += 1
      else others[status] = (others[status] ?? 0) + 1
      if (answers === streams) {
        clearTimeout(timer)
        timer = setTimeout(finish, heldMs)
      } else open()
    }
    function onEnd(): void {
      if (isOver) return
      answers -= 1
      others[0] = (others[0] ?? 0) + 1
      finish()
    }
    function finish(): void {
      settle(() => resolve({ answers, others, ms: performance.now() - begun, delaysMs }))
    }
    function settle(how: () => void): void {
      if (isOver) return
      isOver = true
      clearTimeout(timer)
      for (const socket of sockets) socket.destroy()
      how()
    }
    for (let at = 0; at < opening; at += 1) open()
  })
}
