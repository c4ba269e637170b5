import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, it } from '@jest/globals'

const PROJECT = path.resolve(import.meta.dirname, '..', '..', '..')
const matches = async (file: string, pattern: RegExp): Promise<string[]> => {
  const text = await readFile(path.join(PROJECT, file), 'utf8')
  return [...text.matchAll(pattern)].map(([, target = '']) => target).sort()
}

it('the table in CONTRIBUTING has exactly the targets that `make help` lists', async () => {
  const listed = await matches('Makefile', /^([a-z-]+):.*## /gm)
  expect(listed.length).toBeGreaterThan(25)
  expect(await matches('CONTRIBUTING.md', /^\| `make ([a-z-]+)`/gm)).toEqual(listed)
})
