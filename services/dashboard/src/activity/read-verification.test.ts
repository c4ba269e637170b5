import { describe, expect, jest, test } from '@jest/globals'
import type { Progress, Verdict } from '../api/types.js'
import { readVerification } from './read-verification.js'

const PROGRESS: Progress = { type: 'progress', chain: 'audit/org_ü', link: 500, of: 900, entries: 700 }
const VERDICT: Verdict = {
  type: 'verdict',
  chain: 'audit/org_ü',
  ok: true,
  from: 1,
  through: 900,
  entries: 1_200,
  signed: { through: 900, at: '2026-01-02T03:04:05.000Z' },
  doubtful: null,
  late: null,
  breaks: [],
}
const lineOf = (line: object) => `${JSON.stringify(line)}\n`
const WHOLE = new TextEncoder().encode(lineOf(PROGRESS) + lineOf({ ...PROGRESS, link: 900 }) + lineOf(VERDICT))

/** `end`: how the answer ends once the chunks were read. */
function answer(chunks: readonly Uint8Array[], end: 'ended' | 'cut' = 'ended'): ReadableStream<Uint8Array> {
  const left = [...chunks]
  return new ReadableStream({
    pull(controller) {
      const next = left.shift()
      if (next) controller.enqueue(next)
      else if (end === 'ended') controller.close()
      else controller.error(new TypeError('network error'))
    },
  })
}

async function read(body: ReadableStream<Uint8Array>) {
  const seen: number[] = []
  const verdict = await readVerification(body, ({ link }) => seen.push(link))
  return { verdict, seen }
}

const textAnswer = (text: string) => answer([new TextEncoder().encode(text)])

describe('an answer that came whole', () => {
  test('gives the verdict, and each progress before it, wherever its chunks are cut', async () => {
    for (let at = 0; at <= WHOLE.length; at += 1) {
      const found = await read(answer([WHOLE.subarray(0, at), WHOLE.subarray(at)]))
      expect(found).toEqual({ verdict: VERDICT, seen: [500, 900] })
    }
  })

  test('may come byte by byte', async () => {
    const bytes = Array.from(WHOLE, (_, at) => WHOLE.subarray(at, at + 1))
    expect(await read(answer(bytes))).toEqual({ verdict: VERDICT, seen: [500, 900] })
  })

  test('shows progress before the rest has come', async () => {
    const first = new TextEncoder().encode(lineOf(PROGRESS))
    let send = (_: Uint8Array) => {}
    let end = () => {}
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        send = (chunk) => controller.enqueue(chunk)
        end = () => controller.close()
      },
    })
    send(first)
    const verdict = readVerification(body, () => {
      send(new TextEncoder().encode(lineOf(VERDICT)))
      end()
    })
    expect(await verdict).toEqual(VERDICT)
  })
})

describe('an answer that proves nothing', () => {
  test('is one that ends anywhere before the end of its verdict', async () => {
    for (let at = 0; at < WHOLE.length; at += 1) {
      await expect(read(answer([WHOLE.subarray(0, at)]))).rejects.toMatchObject({ title: 'No verdict' })
    }
  })

  test('is one whose connection breaks, even behind the verdict', async () => {
    for (const at of [0, 10, WHOLE.length - 1, WHOLE.length]) {
      await expect(read(answer([WHOLE.subarray(0, at)], 'cut'))).rejects.toMatchObject({ title: 'No verdict' })
    }
  })

  test.each([
    ['a rest behind the verdict', `${lineOf(VERDICT)}{"type":"verd`],
    ['something behind the verdict', lineOf(VERDICT) + lineOf(PROGRESS)],
    ['two verdicts', lineOf(VERDICT) + lineOf(VERDICT)],
    ['a page of something else', '<html>\n</html>\n'],
    ['another kind of line', lineOf({ type: 'other' }) + lineOf(VERDICT)],
    ['a verdict that does not decide', lineOf({ ...VERDICT, ok: undefined })],
    ['null', 'null\n'],
  ])('is one with %s', async (_, text) => {
    await expect(read(textAnswer(text))).rejects.toMatchObject({ title: 'No verdict' })
  })

  test('is read no further: management must not go on for nobody', async () => {
    const cancelled = jest.fn<() => void>()
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode(lineOf({ type: 'other' }))),
      cancel: cancelled,
    })
    await expect(read(body)).rejects.toMatchObject({ title: 'No verdict' })
    expect(cancelled).toHaveBeenCalledTimes(1)
  })
})
