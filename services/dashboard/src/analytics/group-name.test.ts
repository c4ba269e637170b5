import { expect, test } from '@jest/globals'
import { groupName } from './group-name.js'

const MEMBERS = new Map([['usr_1', { email: 'ana@example.com' }]])

test.each([
  [{ id: 'svc_1', name: 'OpenAI' }, 'service', { name: 'OpenAI' }],
  [{ id: 'svc_1', name: null }, 'service', { name: 'svc_1' }],
  [{ id: 'app_1', name: 'Chat' }, 'app', { name: 'Chat' }],
  [{ id: 'usr_1', name: null }, 'app', { name: 'Test call', note: 'ana@example.com' }],
  [{ id: 'ios', name: null }, 'platform', { name: 'ios' }],
  [{ id: '', name: null }, 'version', { name: 'not told' }],
  [{ id: 'other', name: null }, 'version', { name: 'Further versions' }],
  [{ id: 'other', name: null }, 'platform', { name: 'other' }],
] as const)('%j by %s is called %j', (group, by, called) => {
  expect(groupName(group, by, MEMBERS)).toEqual(called)
})
