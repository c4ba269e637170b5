import { readFile } from 'node:fs/promises'
import { expect, it } from '@jest/globals'
import { VaultClientError } from './vault-client-error.js'

const textOf = (path: string) => readFile(new URL(path, import.meta.url), 'utf8')
const codesIn = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, code = '']) => code)

it('the README lists every error code of the client and tells which of them are retryable', async () => {
  const codes = codesIn(await textOf('./vault-client-error.ts'), /^ {2}([A-Z_]+):/gm)
  const [, errors = ''] = /^\*\*Errors\*\*([\s\S]*?)\n\n/m.exec(await textOf('../README.md')) ?? []
  const [retryable = '', others = ''] = errors.split('The others are')
  const isRetryable = (code: string): boolean => new VaultClientError(code).retryable
  expect(codes.length).toBeGreaterThan(10)
  expect(codesIn(retryable, /`([A-Z_]+)`/g).sort()).toEqual(codes.filter(isRetryable).sort())
  expect(codesIn(others, /`([A-Z_]+)`/g).sort()).toEqual(codes.filter((code) => !isRetryable(code)).sort())
})
