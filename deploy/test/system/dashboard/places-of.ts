import type { Page } from 'playwright-core'
import type { Visit } from './visit.js'

/** Where a browser holds a value that it must have forgotten. Empty: nowhere. */
export async function placesOf(visit: Visit, value: string): Promise<readonly string[]> {
  const { page, context } = visit
  const answers = await visit.answers()
  const searched: (readonly [string, string])[] = [
    ['document', await page.content()],
    ['fields', JSON.stringify(await page.locator('input, textarea, select').evaluateAll(VALUES_OF))],
    ['cookies, localStorage or IndexedDB', JSON.stringify(await context.storageState({ indexedDB: true }))],
    ['sessionStorage', await page.evaluate('JSON.stringify({ ...sessionStorage })')],
    ['history', await page.evaluate('JSON.stringify(history.state) ?? ""')],
    ['addresses', [page.url(), ...visit.addresses].join('\n')],
    ['console', visit.messages.join('\n')],
    ...answers.map(({ to, text }) => [`answer to ${to}`, text] as const),
    // The last, because the searches above leave objects on it.
    ['heap', await heapOf(page)],
  ]
  const forms = [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1)]
  return searched.filter(([, text]) => forms.some((form) => text.includes(form))).map(([place]) => place)
}

const VALUES_OF = (fields: readonly object[]): unknown[] => fields.map((field) => ('value' in field ? field.value : ''))

/** All that scripts of the page still reach: state of components, caches of queries and mutations, closures. */
async function heapOf(page: Page): Promise<string> {
  const session = await page.context().newCDPSession(page)
  const chunks: string[] = []
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => void chunks.push(chunk))
  await session.send('HeapProfiler.enable')
  await session.send('HeapProfiler.collectGarbage')
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false })
  await session.detach()
  // A snapshot is JSON, so the strings in it are escaped.
  return chunks.join('')
}
