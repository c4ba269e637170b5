import { describe, expect, it } from '@jest/globals'
import { readTrace, traceText } from './read-trace.js'

const TRAIL = `Starting Clock with pid 1
  1:	proc  0 (:init::1) freshness.pml:9 (state 1)	[(run Clock())]
		ans = 1
		st[0] = 0
		i = 0
  2:	proc  3 (Writer:1) freshness.pml:2 (state 9)	[((st[w]==0))]
		ans = 1
		st[0] = 0
		i = 0
  2:	proc  3 (Writer:1) freshness.pml:2 (state 1)	[st[w] = 1]
		ans = 1
		st[0] = 1
		i = 1
  3:	proc  2 (Proxy:1) freshness.pml:3 (state 2)	[assert(0)]
		ans = 1
		st[0] = 1
		i = 0
spin: trail ends after 3 steps
`

describe('readTrace', () => {
  it('returns one step for each atomic step of the processes, with what it changed', () => {
    expect(readTrace(TRAIL)).toEqual([
      { who: 'Writer', line: 2, changes: ['st[0] IDLE→PUTTING'] },
      { who: 'Proxy', line: 3, changes: [] },
    ])
  })

  it('returns steps that are shown with the lines of the model', () => {
    const model = 'one\n\t:: d_step { st[w] == IDLE -> st[w] = PUTTING }\n\t:: d_step { stale -> assert(false) }\n'
    expect(traceText(readTrace(TRAIL), model)).toBe(
      [
        '  1  Writer    2: st[w] == IDLE -> st[w] = PUTTING }',
        '                  st[0] IDLE→PUTTING',
        '  2  Proxy     3: stale -> assert(false) }',
      ].join('\n'),
    )
  })
})
