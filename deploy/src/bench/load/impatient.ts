import { bytesOf, type ImpatientJob, type LoadResult } from './jobs.js'
import { RawConnection } from './raw-connection.js'

/**
 * Clients that ask again the moment they are answered, whatever the answer. A client whose connection was closed opens
 * another. At the end, outstanding answers are not awaited.
 */
export function runImpatient({ shot, connections, msMax }: ImpatientJob): Promise<LoadResult> {
  const request = bytesOf(shot)
  const others: Record<number, number> = {}
  const delaysMs: number[] = []
  const refusedMs: number[] = []
  const refusedAgainMs: number[] = []
  const open = new Set<RawConnection>()
  let answers = 0
  let isOver = false
  const begun = performance.now()
  function client(): void {
    if (isOver) return
    let askedAt = performance.now()
    let wasRefused = false
    const gone = (): void => {
      if (!open.delete(connection)) return
      others[0] = (others[0] ?? 0) + 1
      client()
    }
    const connection = new RawConnection(
      shot.port,
      (status) => {
        const now = performance.now()
        answers += 1
        const delays = status === 200 ? delaysMs : wasRefused ? refusedAgainMs : refusedMs
        delays.push(now - askedAt)
        wasRefused = status !== 200
        if (wasRefused) others[status] = (others[status] ?? 0) + 1
        askedAt = now
        if (!isOver) connection.send(request)
      },
      gone,
    )
    open.add(connection)
    connection.send(request)
  }
  for (let at = 0; at < connections; at += 1) client()
  return new Promise((resolve) => {
    setTimeout(() => {
      isOver = true
      const ms = performance.now() - begun
      for (const connection of open) connection.close()
      resolve({ answers, others, ms, delaysMs, refusedMs, refusedAgainMs })
    }, msMax)
  })
}
