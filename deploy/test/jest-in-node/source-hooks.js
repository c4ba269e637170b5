/**
 * Node's module hooks for the project's sources: compile TypeScript on import, and resolve the project's packages to
 * their sources.
 */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { transform } from '@swc/core'

const JEST_GLOBALS = new URL('./jest-globals.js', import.meta.url).href
/** The condition under which the project's packages export their sources. */
const SOURCE = 'source'

export function resolve(specifier, context, next) {
  if (specifier === '@jest/globals') return { url: JEST_GLOBALS, shortCircuit: true }
  const isOurs = context.parentURL?.endsWith('.ts') && specifier.startsWith('.')
  const file = isOurs ? specifier.replace(/\.js$/, '.ts') : specifier
  return next(file, { ...context, conditions: [SOURCE, ...context.conditions] })
}

export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context)
  const filename = fileURLToPath(url)
  const { code } = await transform(await readFile(filename, 'utf8'), {
    filename,
    configFile: false,
    swcrc: false,
    sourceMaps: 'inline',
    jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
    module: { type: 'es6' },
  })
  return { format: 'module', source: code, shortCircuit: true }
}
