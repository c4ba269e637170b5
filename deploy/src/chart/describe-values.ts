import { isMap, isScalar, type Pair, parseDocument, stringify, type YAMLMap } from 'yaml'

/** A row of the table: the path of a value, its default on one line, and its comment after `# --`. */
export interface DescribedValue {
  readonly path: string
  readonly standard: string
  readonly about: string
}

/**
 * The rows that values.yaml describes, in its order. A value with a comment is a row, and so is each value without one
 * that contains no others. What is below a described map of one line belongs to that map.
 */
export function describeValues(yaml: string): readonly DescribedValue[] {
  const { contents } = parseDocument(yaml)
  if (!isMap(contents)) throw new Error('values.yaml is no map')
  return rowsOf(contents, [])
}

function rowsOf(map: YAMLMap, above: readonly string[]): readonly DescribedValue[] {
  return map.items.flatMap((pair, index) => {
    const path = [...above, keyOf(pair)]
    // The comment of the first key stands before its map.
    const comment =
      commentOf(isScalar(pair.key) ? pair.key.commentBefore : undefined) ??
      (index === 0 ? commentOf(map.commentBefore) : undefined)
    const { value } = pair
    if (isMap(value) && value.flow !== true && value.items.length > 0) {
      const rows = rowsOf(value, path)
      return comment === undefined ? rows : [{ path: path.join('.'), standard: '', about: comment }, ...rows]
    }
    return [{ path: path.join('.'), standard: oneLine(value), about: comment ?? '' }]
  })
}

function keyOf({ key }: Pair): string {
  if (!isScalar(key) || typeof key.value !== 'string') throw new Error('a key of values.yaml is no text')
  return key.value
}

function commentOf(text: string | null | undefined): string | undefined {
  const start = text?.lastIndexOf(' -- ') ?? -1
  if (text === undefined || text === null || start === -1) return undefined
  return text
    .slice(start + ' -- '.length)
    .split('\n')
    .map((line) => line.trim())
    .join(' ')
}

function oneLine(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim()
}

const [BEGIN, END] = ['<!-- values -->', '<!-- /values -->']

/**
 * The README with its table made from the current values.yaml. @throws Error where the README has no place for the
 * table.
 */
export function withTable(readme: string, values: readonly DescribedValue[]): string {
  const [start, end] = [readme.indexOf(BEGIN), readme.indexOf(END)]
  if (start === -1 || end < start) throw new Error(`the README has no ${BEGIN} … ${END}`)
  const rows = values.map(({ path, standard, about }) => `| \`${path}\` | ${code(standard)} | ${escaped(about)} |`)
  const table = ['| value | default | |', '|---|---|---|', ...rows].join('\n')
  return `${readme.slice(0, start + BEGIN.length)}\n\n${table}\n\n${readme.slice(end)}`
}

function code(text: string): string {
  return text === '' ? '' : `\`${escaped(text)}\``
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|')
}
