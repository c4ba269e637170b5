import { Problem } from '../api/problem.js'
import type { Progress, Verdict, VerifyLine } from '../api/types.js'

/**
 * Reads what verifying answers, as it comes.
 *
 * @throws Problem if the answer ends or breaks off without a verdict in its last line, or is no such answer. All of
 * this proves nothing.
 */
export async function readVerification(
  body: ReadableStream<Uint8Array>,
  onProgress: (progress: Progress) => void,
): Promise<Verdict> {
  let verdict: Verdict | undefined
  try {
    for await (const text of linesOf(body)) {
      if (verdict) throw new Error('a line after the verdict')
      const line: VerifyLine = JSON.parse(text)
      if (line.type === 'progress') onProgress(line)
      else if (line.type === 'verdict' && typeof line.ok === 'boolean') verdict = line
      else throw new Error('a line of another kind')
    }
  } catch {
    throw noVerdict()
  }
  if (!verdict) throw noVerdict()
  return verdict
}

function noVerdict(): Problem {
  return new Problem({
    title: 'No verdict',
    detail:
      'The answer broke off before its verdict. This proves nothing, neither that all is in order nor that anything is wrong. Verify again.',
  })
}

/**
 * Lines that came whole, with their line feed. Who stops reading them cancels the answer: management has few places for
 * verifications, and would keep this one.
 *
 * @throws Error for a rest without a line feed, which was cut off or does not belong there.
 */
async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const reader = body.getReader()
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      const lines = (rest + decoder.decode(value, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      yield* lines
    }
    if (rest + decoder.decode() !== '') throw new Error('a rest without a line feed')
  } finally {
    // Without effect on an answer that has ended. Of one that broke off, the error is known already.
    await reader.cancel().catch(() => {})
  }
}
