import { describe, expect, test } from '@jest/globals'
import { eventWords, targetName } from './event-words.js'

describe('an event of the audit trail', () => {
  test('has words', () => {
    expect(eventWords('secret.replaced')).toBe('replaced the value of a secret')
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
