/** The row that a statement which always has one gave back (`RETURNING`). */
export function returnedRow<Row>([row]: readonly Row[]): Row {
  if (row === undefined) throw new Error('a statement returned no row')
  return row
}
