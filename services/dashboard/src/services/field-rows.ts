/** A header field or a query parameter, as it is entered. */
export interface FieldRow {
  readonly name: string
  readonly value: string
}

export function rowsOf(fields: Readonly<Record<string, string>>): FieldRow[] {
  return Object.entries(fields).map(([name, value]) => ({ name, value }))
}

/** Rows that were added and left empty are nothing. */
export function fieldsOf(rows: readonly FieldRow[]): Record<string, string> {
  return Object.fromEntries(filled(rows).map(({ name, value }) => [name.trim(), value]))
}

/** What is wrong with the rows, which an object of fields could not even say: it holds each name once. */
export function wrongRows(rows: readonly FieldRow[]): string | undefined {
  const names = filled(rows).map(({ name }) => name.trim().toLowerCase())
  if (names.includes('')) return 'Give a name to each field, or remove it.'
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  return twice === undefined ? undefined : `“${twice}” is given twice. Keep one of the two.`
}

function filled(rows: readonly FieldRow[]): FieldRow[] {
  return rows.filter(({ name, value }) => name.trim() !== '' || value !== '')
}
