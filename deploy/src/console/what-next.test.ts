import { describe, expect, it } from '@jest/globals'
import { runCommand } from '@protectmyapi/dev-kit/programs/run-command'
import { thingsToTry } from './what-next.js'

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
