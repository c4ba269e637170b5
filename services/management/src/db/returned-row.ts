/** The row that a statement gave back (`RETURNING`); only for statements that always give one. */
export function returnedRow<Row>([row]: readonly Row[]): Row {
  if (row === undefined) throw new Error('a statement returned no row')
  return row
}
