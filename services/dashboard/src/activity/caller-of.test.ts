import { expect, test } from '@jest/globals'
import { callerOf } from './caller-of.js'

const MEMBERS = new Map([['usr_1', { email: 'ana@example.com' }]])

test.each([
  [{ id: 'app_1', name: 'Chat' }, { name: 'Chat' }],
  [{ id: 'app_1', name: null }, { name: 'app_1' }],
  [
    { id: 'usr_1', name: null },
    { name: 'Test call', person: 'ana@example.com' },
  ],
  [
    { id: 'usr_2', name: null },
    { name: 'Test call', person: 'usr_2' },
  ],
])('what %j sent is called %j', (app, caller) => {
  expect(callerOf(app, MEMBERS)).toEqual(caller)
})

test('a test call is called one before it is known who the members are', () => {
  expect(callerOf({ id: 'usr_1', name: null }, undefined)).toEqual({ name: 'Test call', person: 'usr_1' })
})
