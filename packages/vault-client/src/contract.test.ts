import { readFile } from 'node:fs/promises'
import { describe, expect, it } from '@jest/globals'

const ours = (path: string) => readFile(new URL(`../proto/${path}`, import.meta.url), 'utf8')
const theirs = (path: string) => readFile(new URL(`../../../protos/${path}`, import.meta.url), 'utf8')

describe('the proto files published with this package', () => {
  it.each(['protectmyapi/directory/v1/directory.proto', 'protectmyapi/vault/v1/vault.proto'])(
    'are identical to the ones that the servers use: %s',
    async (path) => {
      expect(await ours(path)).toBe(await theirs(path))
    },
  )
})
