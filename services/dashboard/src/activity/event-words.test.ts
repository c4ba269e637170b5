// Node’s types are for this file: it reads the sources of management.
/// <reference types="node" />
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { eventWords, targetName } from './event-words.js'

const MANAGEMENT = path.join(import.meta.dirname, '../../../management/src')

/** Events of the installation and of people by themselves, which no organization's trail holds. */
const OF_NO_ORGANIZATION = /^(auth|installation|personal-token|signing-key)\./

/** Each line that mentions an event, and on it each word that has the form of an event's name. */
function eventsIn(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => /\bevent\b|\bauditOf\b/.test(line) && !/\blog\b/.test(line))
    .flatMap((line) => [...line.matchAll(/'([a-z-]+\.[a-z-]+)'/g)].map(([, name = '']) => name))
}

function eventsOfManagement(): string[] {
  const files = readdirSync(MANAGEMENT, { recursive: true, encoding: 'utf8' })
  const sources = files.filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !/^test\//.test(file))
  return [...new Set(sources.flatMap((file) => eventsIn(readFileSync(path.join(MANAGEMENT, file), 'utf8'))))]
}

describe('an event of the audit trail', () => {
  test('has words, whichever of an organization’s events it is', () => {
    const events = eventsOfManagement().filter((event) => !OF_NO_ORGANIZATION.test(event))
    expect(events).toEqual(expect.arrayContaining(['secret.replaced', 'member.left', 'organization.renamed']))
    expect(events.filter((event) => eventWords(event) === event)).toEqual([])
  })

  test('is shown by its name if it is not known here', () => {
    expect(eventWords('secret.sung')).toBe('secret.sung')
    expect(eventWords('constructor')).toBe('constructor')
  })
})

describe('what was changed', () => {
  test('is called by its name, else its slug, else its address', () => {
    expect(targetName('secret.created', { name: 'OPENAI_API_KEY', slug: 'x' })).toBe('OPENAI_API_KEY')
    expect(targetName('app.created', { slug: 'my-app', policy: 'audit' })).toBe('my-app')
    expect(targetName('invitation.created', { email: 'a@example.com', role: 'admin' })).toBe('a@example.com')
  })

  test('is called by its new name after a renaming, and by no role', () => {
    expect(targetName('secret.renamed', { from: 'OLD', to: 'NEW' })).toBe('NEW')
    expect(targetName('organization.renamed', { name: 'Acme' })).toBe('Acme')
    expect(targetName('member.role-changed', { from: 'admin', to: 'member' })).toBeUndefined()
    expect(targetName('link.created', { app: 'app_1', service: 'svc_1' })).toBeUndefined()
  })
})
