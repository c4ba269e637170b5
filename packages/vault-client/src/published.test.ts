import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { closeAfterEach } from '@protectmyapi/dev-kit/close-after-each'
import { runCommand } from '@protectmyapi/dev-kit/programs/run-command'

const atEnd = closeAfterEach()
const ours = path.resolve(import.meta.dirname, '..')

/** A program's folder with the package installed as npm packs it; its dependencies are the project's own. */
async function installed(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'pma-published-'))
  atEnd(() => rm(folder, { recursive: true, force: true }))
  const root = path.join(folder, 'node_modules', '@protectmyapi', 'vault-client')
  await mkdir(root, { recursive: true })
  const packed = await runCommand('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder], {
    cwd: ours,
    timeoutMs: 60_000,
  })
  const unpack = ['-xzf', path.join(folder, packed.trim()), '-C', root, '--strip-components=1']
  await runCommand('tar', unpack, { timeoutMs: 10_000 })
  const grpc = path.resolve(createRequire(import.meta.url).resolve('@grpc/grpc-js/package.json'), '..', '..')
  await symlink(grpc, path.join(folder, 'node_modules', '@grpc'))
  await writeFile(path.join(folder, 'package.json'), '{"type":"module"}')
  return folder
}

describe('the package as it is published', () => {
  it('contains proto files, types, README and example but no tests, and can be imported by a separate program', async () => {
    const folder = await installed()
    const root = path.join(folder, 'node_modules', '@protectmyapi', 'vault-client')
    const files = await readdir(root, { recursive: true })
    expect(files).toEqual(
      expect.arrayContaining([
        'README.md',
        'LICENSE',
        'dist/vault-client.js',
        'dist/vault-client.d.ts',
        'proto/protectmyapi/vault/v1/vault.proto',
        'examples/follow-secret.js',
      ]),
    )
    expect(files.filter((file) => /test|\.map$|\.ts$/.test(file) && !file.endsWith('.d.ts'))).toEqual([])
    const program = `
      import { createVaultClient, VaultClientError } from '@protectmyapi/vault-client'
      const tls = { certFile: 'none.pem', keyFile: 'none.key', caFile: 'none-ca.pem' }
      const refused = await createVaultClient({ directory: '127.0.0.1:1', vault: '127.0.0.1:1', tls }).catch((err) => err)
      console.log(typeof VaultClientError, refused.code, refused.cause.path)`
    await writeFile(path.join(folder, 'program.js'), program)
    const said = await runCommand(process.execPath, ['program.js'], { cwd: folder, timeoutMs: 30_000 })
    expect(said.trim()).toBe('function TLS_FILES none.pem')
  }, 60_000)
})
