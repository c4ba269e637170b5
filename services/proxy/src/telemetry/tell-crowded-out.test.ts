import { describe, expect, it } from '@jest/globals'
import { type CrowdedOut, createConnectionRoom } from '../fairness/connection-room.js'
import { manualTime } from '../test/manual-time.js'
import { tellCrowdedOut } from './tell-crowded-out.js'

function make() {
  const { clock, advance } = manualTime()
  const counted: CrowdedOut[] = []
  const lines: unknown[] = []
  const log = { warn: (...line: unknown[]) => void lines.push(line) }
  const crowdedOut = tellCrowdedOut({ clock, log, closed: { up: (who) => void counted.push(who) } })
  const room = createConnectionRoom(2, crowdedOut)
  const enter = (source: string): void => void room.enter({ source, isBusy: () => false, destroy: () => {} })
  return { advance, counted, lines, enter }
}

const line = (closed: number, source: string) => [{ closed, source }, 'too many connections: some were closed']

describe('closing connections because there are too many', () => {
  it('is neither counted nor logged while there is room', () => {
    const { counted, lines, enter } = make()
    for (const source of ['192.0.2.1', '192.0.2.1']) enter(source)
    expect([counted, lines]).toEqual([[], []])
  })

  it('is counted for each one, by whether it was the newcomer or one of the largest source', () => {
    const { counted, enter } = make()
    for (const source of ['192.0.2.1', '192.0.2.1', '192.0.2.1', '198.51.100.1']) enter(source)
    expect(counted).toEqual(['newcomer', 'largest'])
  })

  it('is logged at once with the source, and then once a second with the number that were closed', () => {
    const { lines, enter, advance } = make()
    for (let count = 0; count < 2 + 5; count += 1) enter('192.0.2.1')
    expect(lines).toEqual([line(1, '192.0.2.1')])
    advance(999)
    enter('192.0.2.1')
    expect(lines).toHaveLength(1)
    advance(1)
    enter('192.0.2.1')
    expect(lines).toEqual([line(1, '192.0.2.1'), line(6, '192.0.2.1')])
  })
})
