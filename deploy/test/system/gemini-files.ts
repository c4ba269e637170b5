import { randomBytes } from 'node:crypto'
import type { GoogleGenAI } from '@google/genai'
import { describe, expect, it } from '@jest/globals'
import { caught } from './caught.js'
import type { Provisioned } from './provision.js'
import type { Relay } from './relay.js'
import { PASSED } from './sdk-answers.js'
import type { Received, StandIn } from './stand-in.js'
import { statusOf } from './status-of.js'

/** The size of the pieces in which @google/genai uploads. */
const CHUNK_BYTES = 8 * 1024 * 1024
const START = '/upload/v1beta/files'
const ADDRESS = `${START}?upload_id=AbC-1_2&upload_protocol=resumable`

export interface GeminiFiles {
  readonly standIn: StandIn
  readonly target: Provisioned
  /** The key that the stand-in accepts. */
  readonly value: string
  readonly relay: Relay
  readonly client: GoogleGenAI
}

/** @google/genai continues at addresses that the provider hands out. */
export function describeGeminiFiles(started: () => GeminiFiles): void {
  describe('the SDK of gemini at addresses that the provider hands out', () => {
    it.each([
      ['one chunk', 100_000],
      ['several chunks', 2 * CHUNK_BYTES + 12_345],
    ])(
      'uploads a file of %s whole, with every request through the proxy and with the key alone',
      async (_what, size) => {
        const { client, relay, value } = started()
        // No byte is an ASCII character: the test searches everything received for the first four characters of the
        // app's credential, which random bytes of this length would contain once in 250 runs.
        const bytes = randomBytes(size).map((byte) => byte | 0x80)
        const received = await receivedDuring(started(), async () => {
          const file = await client.files.upload({ file: new Blob([bytes]), config: { mimeType: 'video/mp4' } })
          expect(file.name).toBe('files/a')
        })
        const chunks = received.slice(1)
        expect(received.map(({ path }) => path)).toEqual([START, ...Array(Math.ceil(size / CHUNK_BYTES)).fill(ADDRESS)])
        expect(chunks.map(({ headers }) => Number(headers['x-goog-upload-offset']))).toEqual(
          chunks.map((_chunk, at) => at * CHUNK_BYTES),
        )
        expect(Buffer.concat(chunks.map(({ body }) => body)).equals(bytes)).toBe(true)
        expect(relay.count).toBe(received.length)
        for (const { path, rawHeaders, headers } of received) {
          expect(headers['x-goog-api-key']).toBe(value)
          expect(`${path} ${rawHeaders.join(' ')}`).not.toContain('pma_')
        }
      },
      60_000,
    )

    it('is given the proxy’s address for an upload, and not the provider’s', async () => {
      const { relay, standIn, target } = started()
      const headers = { 'x-goog-api-key': target.token, 'x-goog-upload-command': 'start' }
      const answer = await fetch(`${relay.base}/v1/p/gemini${START}`, { method: 'POST', headers })
      for (const name of ['x-goog-upload-url', 'x-goog-upload-control-url'])
        expect(answer.headers.get(name)).toBe(`${relay.base}/v1/p/gemini${ADDRESS}`)
      expect(JSON.stringify([...answer.headers])).not.toContain(standIn.origin)
    })

    it('follows a redirect within the provider through the proxy', async () => {
      const { client, relay, value } = started()
      const received = await receivedDuring(started(), async () => {
        expect(await client.files.get({ name: 'moved' })).toMatchObject({ name: 'files/a' })
      })
      expect(received.map(({ path, headers }) => [path, headers['x-goog-api-key']])).toEqual([
        ['/v1beta/files/moved', value],
        ['/v1beta/files/a', value],
      ])
      expect(relay.count).toBe(2)
    })

    it('lists files', async () => {
      const names: string[] = []
      for await (const { name } of await started().client.files.list()) names.push(name ?? '')
      expect(names).toEqual(['files/a', 'files/b'])
    })

    it.each(PASSED)(
      'gets a refusal of an upload by a %i with the status and the words of the provider',
      async (status) => {
        const config = { mimeType: 'text/plain', displayName: `status-${status}` }
        const thrown = await caught(started().client.files.upload({ file: new Blob(['x']), config }))
        expect(statusOf(thrown)).toBe(status)
        expect(String(thrown)).toContain(`scenario ${status}`)
      },
    )
  })
}

async function receivedDuring({ standIn }: GeminiFiles, act: () => Promise<void>): Promise<readonly Received[]> {
  const before = standIn.received.length
  await act()
  return standIn.received.slice(before)
}
