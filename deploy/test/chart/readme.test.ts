import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { describeValues, withTable } from '../../src/chart/describe-values.js'
import { CHART } from './helm.js'

const read = (name: string): Promise<string> => readFile(path.join(CHART, name), 'utf8')

describe('the README', () => {
  it('has the table that values.yaml gives (make chart-docs)', async () => {
    const readme = await read('README.md')
    expect(readme).toBe(withTable(readme, describeValues(await read('values.yaml'))))
  })
})

describe('values.yaml', () => {
  it('is read with the comment of each value, and not with those of its neighbours', () => {
    const yaml = [
      '# Of the file.',
      '',
      '# -- A and',
      '# more.',
      'a: 1',
      'b:',
      '  # -- Of c.',
      '  c: { d: 2 }',
      '  e: ""',
    ].join('\n')
    expect(describeValues(yaml)).toEqual([
      { path: 'a', standard: '1', about: 'A and more.' },
      { path: 'b.c', standard: '{ d: 2 }', about: 'Of c.' },
      { path: 'b.e', standard: '""', about: '' },
    ])
  })
})
