import { readFileSync } from 'node:fs'
import { expect } from '@jest/globals'

/** The groups of one file. */
export function wycheproof<Group>(folder: string, name: string): readonly Group[] {
  return JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')).testGroups
}

export function hex(text: string): Buffer {
  return Buffer.from(text, 'hex')
}

export function report(what: string, count: number): void {
  expect(count).toBeGreaterThan(0)
  process.stdout.write(`Wycheproof: ${count} cases of ${what}\n`)
}
