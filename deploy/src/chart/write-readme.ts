import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describeValues, withTable } from './describe-values.js'

/** Writes the table of values into the chart's README. */
export async function writeReadme(chart: string): Promise<void> {
  const file = path.join(chart, 'README.md')
  const values = describeValues(await readFile(path.join(chart, 'values.yaml'), 'utf8'))
  await writeFile(file, withTable(await readFile(file, 'utf8'), values))
}
