import { expect, it } from '@jest/globals'
import { type Asking, redisAppend } from './redis-append.js'

const item = (sequence: number): Asking => ({
  line: `["a",0,${sequence}]`,
  buckets: [{ key: 'bucket', scope: 'app', count: 60, periodMs: 60_000, burst: 10 }],
})

const appendAnswered = (reply: unknown) =>
  redisAppend({ use: (async () => reply) as never }, 'boot_x')(0, [item(1), item(2)], [])

it('redisAppend reads the watermark, and who was refused by which bucket for how long, from an answer', async () => {
  const { watermark, refused } = await appendAnswered([17, 1, 2, 1, 250])
  expect(watermark).toBe(17)
  expect([...refused]).toEqual([[1, { bucket: item(2).buckets[0], retryAfterMs: 250 }]])
  expect(await appendAnswered([-1, 2])).toEqual({ watermark: undefined, refused: new Map() })
})

it.each([
  ['leaves someone out', [17, 1]],
  ['speaks of more than there are', [17, 3]],
  ['speaks of one who did not ask', [17, 1, 3, 1, 250]],
  ['speaks of a bucket that is not the request’s', [17, 1, 2, 2, 250]],
  ['says nothing', null],
  ['is text', ['17', '2']],
])('redisAppend fails with RedisFailed when the script’s answer %s', async (_what, reply) => {
  await expect(appendAnswered(reply)).rejects.toMatchObject({ name: 'RedisFailed' })
})

it.each([
  ['is full', -1],
  ['is none', -2],
])('redisAppend fails with RedisAway when the script answers that the stream %s', async (_what, code) => {
  await expect(appendAnswered([code])).rejects.toMatchObject({ name: 'RedisAway' })
})
