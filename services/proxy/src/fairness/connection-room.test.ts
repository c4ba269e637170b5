import { describe, expect, it } from '@jest/globals'
import { trustedProxies } from '../server/source-address.js'
import { createConnectionRoom, sourceOf } from './connection-room.js'

function make(max: number) {
  const room = createConnectionRoom(max, () => {})
  const gone: string[] = []
  const enter = (name: string, source: string | null, isBusy = false): (() => void) =>
    room.enter({ source, isBusy: () => isBusy, destroy: () => gone.push(name) })
  const flood = (source: string, count: number, isBusy = false): void => {
    for (let at = 0; at < count; at += 1) enter(`${source}${at}`, source, isBusy)
  }
  return { gone, enter, flood }
}

describe('when there is no room for another connection', () => {
  it('a new connection of the source that has the most is closed', () => {
    const { gone, enter, flood } = make(3)
    flood('a', 3)
    expect(gone).toEqual([])
    enter('late', 'a')
    expect(gone).toEqual(['late'])
  })

  it('the source that has the most loses an idle connection for each new one of another source', () => {
    const { gone, enter, flood } = make(4)
    enter('a-busy', 'a', true)
    flood('a', 3)
    enter('b', 'b')
    enter('c', 'c')
    expect(gone).toEqual(['a0', 'a1'])
    // `a` has two, the others one each: the next of `a` would be its third, the next of a fourth source that one's
    // first.
    enter('a-late', 'a')
    enter('d', 'd')
    expect(gone).toEqual(['a0', 'a1', 'a-late', 'a2'])
  })

  it('a busy connection is never closed: the newcomer is closed instead', () => {
    const { gone, enter, flood } = make(2)
    flood('a', 2, true)
    enter('b', 'b')
    expect(gone).toEqual(['b'])
  })

  it('connections of a trusted proxy stay, and a new one of it displaces a connection of another source', () => {
    const { gone, enter, flood } = make(3)
    enter('front', null)
    enter('front', null)
    flood('a', 1)
    enter('front', null)
    expect(gone).toEqual(['a0'])
    enter('b', 'b')
    expect(gone).toEqual(['a0', 'b'])
  })

  it('a connection that leaves makes room for one other, even if it reports that twice', () => {
    const { gone, enter } = make(1)
    const leave = enter('a', 'a')
    leave()
    leave()
    enter('b', 'b')
    expect(gone).toEqual([])
    enter('c', 'b')
    expect(gone).toEqual(['c'])
  })
})

it('the source of a connection is its IPv4 address or its IPv6 /64, and none if a trusted proxy opened it', () => {
  const { trusts } = trustedProxies(['10.0.0.0/8'])
  expect(
    ['192.0.2.1', '::ffff:192.0.2.1', '2001:db8::1', '2001:db8::2', '10.1.2.3', '::ffff:10.1.2.3'].map((address) =>
      sourceOf(address, trusts),
    ),
  ).toEqual(['192.0.2.1', '192.0.2.1', '2001:db8:0:0::/64', '2001:db8:0:0::/64', null, null])
})
