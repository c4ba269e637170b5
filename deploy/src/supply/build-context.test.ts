import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from '@jest/globals'

const PROJECT = path.resolve(import.meta.dirname, '..', '..', '..')

/** The patterns of an ignore file in their order: a later one wins. */
async function patternsOf(file: string): Promise<readonly string[]> {
  const text = await readFile(path.join(PROJECT, file), 'utf8')
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
}

/** Sources and manifests. Not `deploy` as a whole, because Terraform keeps its state below it. */
const IN_IMAGES = [
  '!LICENSE',
  '!package.json',
  '!package-lock.json',
  '!.npmrc',
  '!tsconfig.json',
  '!tsconfig.base.json',
  '!packages',
  '!protos',
  '!services',
  '!deploy',
  '!deploy/package.json',
  '!deploy/tsconfig.json',
  '!deploy/bootstrap.js',
  '!deploy/src',
  '!deploy/test',
]

describe('files of a checkout that are no sources', () => {
  it('get into no image, because everything is left out of its build context except what is named', async () => {
    const [first, ...others] = await patternsOf('deploy/docker/Dockerfile.dockerignore')
    expect(first).toBe('*')
    expect(others.filter((pattern) => pattern.startsWith('!'))).toEqual(IN_IMAGES)
    expect(others[others.indexOf('!deploy') + 1]).toBe('deploy/*')
    // After the last pattern that includes something, so that none of these is included again.
    expect(others.slice(others.indexOf('!deploy/test') + 1)).toEqual([
      '**/node_modules',
      '**/dist',
      '**/*.tsbuildinfo',
      '**/*.md',
      '**/.env*',
    ])
  })

  it('get into no commit: settings, backups, the identity that opens them, and state are ignored', async () => {
    expect(await patternsOf('.gitignore')).toEqual(
      expect.arrayContaining(['.local/', '/backups/', '/.env', '/identity', '.terraform/', '*.tfstate*']),
    )
  })
})
