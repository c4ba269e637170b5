import { describe, expect, it } from '@jest/globals'
import { runCommand } from '@protectmyapi/dev-kit/programs/run-command'
import { placesText, thingsToTry } from './what-next.js'

/** Stand-ins for the commands in the lines: curl prints its last argument, node prints its input. */
const STAND_INS = 'curl() { for word; do :; done; printf %s "$word"; }\nnode() { cat; }\n'

describe('the commands that people are told to paste', () => {
  it('contain the password as it is, without a shell running any part of it', async () => {
    const owner = { email: 'owner@demo.example', password: `a'; echo run; 'b"$(echo run)\\` }
    const places = { management: 'http://m', proxies: ['http://p'], provider: 'http://d', owner, organization: 'org_1' }
    const text = thingsToTry({ ...places, redis: '', logs: '', runFile: '', hostSuffix: '' })
    const signIn = text.split('\n').find((line) => line.startsWith('TOKEN='))
    const said = await runCommand('sh', ['-c', `${STAND_INS}${signIn}\nprintf %s "$TOKEN"`])
    expect(JSON.parse(said)).toEqual(owner)
  })
})

describe('the places that people are told', () => {
  const owner = { email: 'owner@demo.example', password: 'word' }
  const places = { management: 'http://m', proxies: ['http://p'], provider: 'http://d', owner, organization: 'org_1' }
  const more = { redis: '', logs: '', runFile: '', hostSuffix: '' }

  it('have the dashboard with the address to sign in with, above the password, once it is built', () => {
    const lines = placesText({ ...places, ...more, dashboard: 'http://m' }).split('\n')
    const at = lines.indexOf('  Dashboard          http://m        sign in as owner@demo.example')
    expect(lines[at + 1]).toBe('  Owner              owner@demo.example   password: word')
    expect(placesText({ ...places, ...more })).not.toContain('Dashboard')
  })
})
