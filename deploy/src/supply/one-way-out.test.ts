import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { z } from 'zod'

const PROJECT = path.resolve(import.meta.dirname, '..', '..', '..')
const PLANTED = 'services/proxy/src/planted.ts'

const Violations = z.array(z.object({ to: z.string(), rule: z.object({ name: z.string() }) }))
const Report = z.object({
  diagnostics: z.array(
    z.object({ category: z.string(), location: z.object({ start: z.object({ line: z.number() }) }) }),
  ),
})

/**
 * Ways out that bypass the dialler: by a package, by a module of Node, by a name from an importable module, by a
 * global.
 */
const BY_ARROWS = ["import { Pool } from 'undici'", "import { createSocket } from 'node:dgram'", "import 'axios'"]
const BY_NAMES = [
  "import { connect } from 'node:net'",
  "import { request } from 'node:https'",
  "import { lookup } from 'node:dns'",
  "export const answer = fetch('https://example.com')",
]

/** Runs in a project that has only this project's rules. */
describe('a file that could open a connection past the dialler', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'pma-one-way-out-'))
    await mkdir(path.join(folder, path.dirname(PLANTED)), { recursive: true })
    await symlink(path.join(PROJECT, 'node_modules'), path.join(folder, 'node_modules'))
    for (const name of ['.dependency-cruiser.cjs', 'tsconfig.base.json', 'biome.json', '.gitignore'])
      await copyFile(path.join(PROJECT, name), path.join(folder, name))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const run = (program: string, args: readonly string[]): Promise<string> =>
    new Promise((resolve) =>
      execFile(
        process.execPath,
        [path.join(PROJECT, 'node_modules', program), ...args],
        { cwd: folder },
        (_err, out, said) => resolve(out + said),
      ),
    )
  const plant = (lines: readonly string[]): Promise<void> => writeFile(path.join(folder, PLANTED), lines.join('\n'))

  it('is refused by dependency-cruiser for each package and module that opens one', async () => {
    await plant(BY_ARROWS)
    const cruiser = 'dependency-cruiser/bin/dependency-cruise.mjs'
    const said = await run(cruiser, ['services', '--config', '.dependency-cruiser.cjs', '--output-type', 'json'])
    const { violations } = JSON.parse(said).summary
    const ways = Violations.parse(violations).filter(({ rule }) => rule.name === 'one-way-out')
    const names = ways.map(({ to }) => to.replace(/^.*node_modules\//, ''))
    expect(names.sort()).toEqual(['axios', 'dgram', 'undici/index.js'])
  }, 30_000)

  it('is refused by the linter for each name and global that opens one', async () => {
    await plant(BY_NAMES)
    const said = await run('@biomejs/biome/bin/biome', ['lint', '--reporter=json', PLANTED])
    // After the report the linter prints a line of text that says there are errors.
    const [report = ''] = said.split('\n')
    const refused = Report.parse(JSON.parse(report)).diagnostics.filter(({ category }) =>
      /\/noRestricted/.test(category),
    )
    expect(refused.map(({ location }) => BY_NAMES[location.start.line - 1])).toEqual(BY_NAMES)
  }, 30_000)
})
