import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from '@jest/globals'

const SERVICES = path.join(import.meta.dirname, '../../../services')
const WORDED = path.join(SERVICES, 'dashboard/src/activity/event-words.ts')
const MANAGEMENT = path.join(SERVICES, 'management/src')

const NAME = /'([a-z-]+\.[a-z-]+)'/g

/** Events of the installation and of people by themselves, which no organization's trail holds. */
const OF_NO_ORGANIZATION = /^(auth|installation|personal-token|signing-key)\./

const namesIn = (text: string): readonly string[] => [...text.matchAll(NAME)].map(([, name = '']) => name)

/** Each word that has the form of an event's name, on lines that mention an event and write no log line. */
function eventsOf(source: string): readonly string[] {
  return source
    .split('\n')
    .filter((line) => /\bevent\b/.test(line) && !/(?<!-)\blog\b/.test(line))
    .flatMap(namesIn)
}

function eventsOfManagement(): readonly string[] {
  const files = readdirSync(MANAGEMENT, { recursive: true, encoding: 'utf8' })
  const sources = files.filter((file) => /(?<!\.test)\.ts$/.test(file) && !file.startsWith(`test${path.sep}`))
  const found = sources.flatMap((file) => eventsOf(readFileSync(path.join(MANAGEMENT, file), 'utf8')))
  return [...new Set(found)].filter((event) => !OF_NO_ORGANIZATION.test(event)).sort()
}

describe('the audit trail of the dashboard', () => {
  test('has words for the events that management writes, and for no others', () => {
    const events = eventsOfManagement()
    expect(events).toEqual(expect.arrayContaining(['secret.replaced', 'member.left', 'organization.renamed']))
    expect([...namesIn(readFileSync(WORDED, 'utf8'))].sort()).toEqual(events)
  })
})
