import { expect, test } from '@jest/globals'
import type { Device } from '../api/types.js'
import { knownBy } from './known-by.js'

const NOTHING_MORE = { debugToken: null, bundleId: null, environment: null }

const nameOf = (id: string) => `name of ${id}`

test.each<[Parameters<typeof knownBy>[0], string, string[]]>([
  [{ ...NOTHING_MORE, kind: 'debug', debugToken: 'dbg_1' }, 'Debug token', ['name of dbg_1']],
  [
    { ...NOTHING_MORE, kind: 'app-attest', bundleId: 'com.example.chat', environment: 'production' },
    'App Attest',
    ['com.example.chat', 'production'],
  ],
  [
    { ...NOTHING_MORE, kind: 'app-attest', bundleId: 'com.example.chat', environment: 'development' },
    'App Attest',
    ['com.example.chat', 'development build'],
  ],
  [{ ...NOTHING_MORE, kind: 'play-integrity' }, 'Play Integrity', []],
  [{ ...NOTHING_MORE, kind: 'app-check' }, 'Firebase App Check', []],
])('of %j it says %s %j', (device, kind, details) => {
  expect(knownBy(device satisfies Partial<Device>, nameOf)).toEqual({ kind, details })
})
