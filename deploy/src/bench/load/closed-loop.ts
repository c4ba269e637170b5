import { bytesOf, type ClosedJob, type LoadResult } from './jobs.js'
import { RawConnection } from './raw-connection.js'

/** Each connection sends its next request when the last one is answered. @throws where a connection breaks. */
export function runClosed({ shot, connections, requestsMax, msMax }: ClosedJob): Promise<LoadResult> {
  const request = bytesOf(shot)
  const others: Record<number, number> = {}
  let sent = 0
  let answers = 0
  const begun = performance.now()
  return new Promise((resolve, reject) => {
    const open = Array.from({ length: connections }, () => {
      const connection = new RawConnection(shot.port, (status) => onAnswer(connection, status), fail)
      return connection
    })
    const mayGoOn = (): boolean => sent < requestsMax && performance.now() - begun < msMax
    function send(connection: RawConnection): void {
      sent += 1
      connection.send(request)
    }
    function onAnswer(connection: RawConnection, status: number): void {
      answers += 1
      if (status !== 200) others[status] = (others[status] ?? 0) + 1
      if (mayGoOn()) send(connection)
      else if (answers === sent) settle(() => resolve({ answers, others, ms: performance.now() - begun, delaysMs: [] }))
    }
    function settle(how: () => void): void {
      for (const connection of open) connection.close()
      how()
    }
    function fail(cause: Error): void {
      settle(() => reject(cause))
    }
    for (const connection of open) send(connection)
  })
}
