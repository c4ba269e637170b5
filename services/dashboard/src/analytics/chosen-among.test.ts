import { expect, test } from '@jest/globals'
import { chosenAmong } from './chosen-among.js'

const CHAT = { id: 'app_1', slug: 'chat', name: 'Chat' }
const ALL = { value: '', label: 'All apps' }
const OPTION = { value: 'app_1', label: 'Chat (chat)' }

test.each([
  [undefined, '', [ALL, OPTION]],
  ['app_1', 'app_1', [ALL, OPTION]],
  ['chat', 'app_1', [ALL, OPTION]],
  ['gone', 'gone', [ALL, OPTION, { value: 'gone', label: 'gone' }]],
])('where the address names %p, the choice is %p', (named, value, data) => {
  expect(chosenAmong(named, 'All apps', [CHAT])).toEqual({ value, data })
})

test('what the address names is chosen before it is known what there is', () => {
  const { value, data } = chosenAmong('chat', 'All apps', undefined)
  expect([value, data]).toEqual(['chat', [ALL, { value: 'chat', label: 'chat' }]])
})
