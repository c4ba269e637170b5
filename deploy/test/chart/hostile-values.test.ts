import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { parse } from 'yaml'
import { EXAMPLES, type Values } from '../../src/chart/matrix.js'
import { CHART, refusal } from './helm.js'

/** A value of the chart, with the path of names that leads to it. */
interface Place {
  readonly path: readonly string[]
  readonly value: unknown
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0

/** Values that contain no others: texts, numbers, lists, and empty maps. */
function leavesOf(value: unknown, at: readonly string[] = []): readonly Place[] {
  if (!isMap(value)) return [{ path: at, value }]
  return Object.entries(value).flatMap(([name, inner]) => leavesOf(inner, [...at, name]))
}

function mapsOf(value: unknown, at: readonly string[] = []): readonly Place[] {
  if (!isMap(value)) return []
  return [{ path: at, value }, ...Object.entries(value).flatMap(([name, inner]) => mapsOf(inner, [...at, name]))]
}

/** Merges all of these into one set of values. */
function valuesOf(places: readonly Place[]): Values {
  const values = new Map<string, Place[]>()
  for (const {
    path: [name = '', ...rest],
    value,
  } of places)
    values.set(name, [...(values.get(name) ?? []), { path: rest, value }])
  return Object.fromEntries(
    [...values].map(([name, inner]) => [name, inner[0]?.path.length === 0 ? inner[0].value : valuesOf(inner)]),
  )
}

const read = (file: string): unknown => parse(readFileSync(path.join(CHART, file), 'utf8'))
const LEAVES = leavesOf(read('values.yaml'))
const MAPS = mapsOf(read('values.yaml'))
const isNumber = ({ value }: Place): boolean => typeof value === 'number'
const isText = ({ value }: Place): boolean => typeof value === 'string'
const saying =
  (hostile: unknown) =>
  ({ path: at }: Place): Place => ({ path: at, value: hostile })

/** Would end a quoted text, and a line. */
const BREAKING_OUT = 'x"\n  evil: true\n# '
/**
 * Includes the texts of the examples, because a pattern that checks only the beginning of a text would let the rest
 * pass.
 */
const SAID = [...LEAVES, ...EXAMPLES.flatMap((example) => leavesOf(read(`examples/${example}.yaml`)))]
  .filter(isText)
  // Annotations may contain any text, and are always quoted.
  .filter(({ path: at, value }) => value !== '' && !at.includes('annotations'))

const MANNERS: readonly (readonly [string, readonly Place[]])[] = [
  [
    'of another type',
    LEAVES.map(({ path: at, value }) => ({ path: at, value: typeof value === 'object' ? 'x' : [{}] })),
  ],
  ['by a name that is not known', MAPS.map(({ path: at }) => ({ path: [...at, 'hostile'], value: { x: 1 } }))],
  ['below nothing', LEAVES.filter(isNumber).map(saying(-1))],
  ['that are parts of a whole', LEAVES.filter(isNumber).map(saying(1.5))],
  ['beyond every bound', LEAVES.filter(isNumber).map(saying(10 ** 12))],
  // An empty label is valid.
  [
    'that are empty where they must not be',
    LEAVES.filter(isText)
      .filter(({ path: at, value }) => value !== '' && !at.includes('labels'))
      .map(saying('')),
  ],
  ['that would break out of their place', LEAVES.filter(isText).map(saying(BREAKING_OUT))],
  [
    'that would do so after a good beginning',
    SAID.map(({ path: at, value }) => ({ path: at, value: `${value}${BREAKING_OUT}` })),
  ],
]

describe('a single refusal by the chart names all values', () => {
  it.each(MANNERS)('%s', async (_manner, places) => {
    expect(places.length).toBeGreaterThan(50)
    const said = await refusal('plain', valuesOf(places))
    const unnamed = places.map(({ path: at }) => `/${at.join('/')}`).filter((at) => !isNamed(said, at))
    expect(unnamed).toEqual([])
  })
})

/** Whether the message names the place or, where an unknown name is the fault, the map around it. */
function isNamed(said: string, at: string): boolean {
  const map = at.replace(/\/hostile$/, '')
  return (
    said.includes(`at '${at}'`) ||
    said.includes(`at '${at}/`) ||
    (map !== at && said.includes(`at '${map}': additional`))
  )
}
