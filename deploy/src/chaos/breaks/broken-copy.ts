import { cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { applyPatch } from './apply-patch.js'
import { REMOVED_RULES, type RuleName } from './removed-rules.js'

const SERVICES = ['vault', 'management', 'proxy'] as const

/**
 * Makes a copy of the compiled services with one rule removed. The copy lies below the project, so that packages
 * resolve as usual. The code that ships has no switch to turn a rule off.
 *
 * @throws Error where the rule is not found in the code.
 */
export async function makeBrokenCopy(projectDir: string, rule: RuleName): Promise<string> {
  const copy = path.join(projectDir, '.local', 'chaos', `without-${rule}`)
  await rm(copy, { recursive: true, force: true })
  for (const service of SERVICES) {
    const from = path.join(projectDir, 'services', service)
    const to = path.join(copy, 'services', service)
    await mkdir(to, { recursive: true, mode: 0o700 })
    await cp(path.join(from, 'dist'), path.join(to, 'dist'), { recursive: true })
    await cp(path.join(from, 'package.json'), path.join(to, 'package.json'))
    // Packages that a service needs in another version than the project.
    await symlink(path.join(from, 'node_modules'), path.join(to, 'node_modules'))
  }
  for (const patch of REMOVED_RULES[rule].patches) {
    const file = path.join(copy, patch.file)
    await writeFile(file, applyPatch(await readFile(file, 'utf8'), patch))
  }
  return copy
}
