const TIMEOUT_MS = 10_000

/** Sends one request of an app and answers how long it took. @throws Error where the status is not 200. */
export async function sendOnce(port: number, service: string, session: string): Promise<number> {
  const begun = performance.now()
  const answer = await fetch(`http://127.0.0.1:${port}/v1/p/${service}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${session}`, 'content-type': 'application/json' },
    body: '{}',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  const text = await answer.text()
  if (answer.status !== 200) throw new Error(`${service} answered ${answer.status}: ${text}`)
  return performance.now() - begun
}
