import { bytesOf, type LoadResult, type OpenJob } from './jobs.js'
import { RawConnection } from './raw-connection.js'

/** Sends requests at fixed times. One that finds all connections busy waits, and its wait counts. */
export function runOpen({ shot, connections, perSecond, requests }: OpenJob): Promise<LoadResult> {
  const request = bytesOf(shot)
  const others: Record<number, number> = {}
  const delaysMs: number[] = []
  const waiting: number[] = []
  const idle: RawConnection[] = []
  const dueOf = new Map<RawConnection, number>()
  const begun = performance.now()
  return new Promise((resolve, reject) => {
    const open = Array.from({ length: connections }, () => {
      const connection = new RawConnection(shot.port, (status) => onAnswer(connection, status), fail)
      idle.push(connection)
      return connection
    })
    function dispatch(): void {
      while (waiting.length > 0 && idle.length > 0) {
        const [connection, due] = [idle.pop(), waiting.shift()]
        if (connection === undefined || due === undefined) return
        dueOf.set(connection, due)
        connection.send(request)
      }
    }
    function onAnswer(connection: RawConnection, status: number): void {
      delaysMs.push(performance.now() - (dueOf.get(connection) ?? Number.NaN))
      if (status !== 200) others[status] = (others[status] ?? 0) + 1
      idle.push(connection)
      if (delaysMs.length === requests) {
        settle(() => resolve({ answers: requests, others, ms: performance.now() - begun, delaysMs }))
      } else dispatch()
    }
    function settle(how: () => void): void {
      clearInterval(ticker)
      for (const connection of open) connection.close()
      how()
    }
    function fail(cause: Error): void {
      settle(() => reject(cause))
    }
    let due = 0
    // A timer of one millisecond fires late now and then: everything that has become due by then is sent at once.
    const ticker = setInterval(() => {
      const now = performance.now()
      for (; due < requests && begun + (due * 1_000) / perSecond <= now; due += 1) waiting.push(now)
      dispatch()
    }, 1)
  })
}
