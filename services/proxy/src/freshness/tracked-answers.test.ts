import { describe, expect, it } from '@jest/globals'
import type { Fault } from '@protectmyapi/service-kit/faults'
import { silentLog } from '../test/silent-log.js'
import type { FeedKind, Label } from './label.js'
import { createTrackedAnswers } from './tracked-answers.js'

const label = (kind: FeedKind, id: string, generation = 1): Label => ({ kind, id, generation })
const APP = label('FEED_KIND_APP', 'app_1')
const LINK = label('FEED_KIND_LINK', 'lnk_1')

function make() {
  const failed: unknown[] = []
  const tracked = createTrackedAnswers(
    Object.assign(silentLog(), { error: (...told: unknown[]) => void failed.push(told) }),
  )
  const aborted: [string, Fault][] = []
  const add = (name: string, ...labels: Label[]) => tracked.add(labels, (why) => void aborted.push([name, why]))
  const names = (): string[] => aborted.map(([name]) => name)
  return { tracked, aborted, failed, add, names }
}

describe('answers under way', () => {
  it('are aborted in their order by a row above the generation of any of their labels, and no others are', () => {
    const { tracked, add, names } = make()
    add('both', APP, LINK)
    add('link', LINK)
    add('newer', label('FEED_KIND_APP', 'app_1', 2))
    add('other id', label('FEED_KIND_APP', 'app_2'))
    add('other kind', label('FEED_KIND_SERVICE', 'app_1'))
    add('app', APP)
    tracked.abortBelow({ ...APP, generation: 2 })
    expect(names()).toEqual(['both', 'app'])
    expect(tracked.size).toBe(4)
    tracked.abortBelow({ ...LINK, generation: 2 })
    expect(names()).toEqual(['both', 'app', 'link'])
  })

  it('are not aborted by a row of their label’s own generation, though their other labels have lower ones', () => {
    const { tracked, add, names } = make()
    add(
      'one',
      label('FEED_KIND_APP', 'app_1', 5),
      LINK,
      label('FEED_KIND_SERVICE', 'app_1'),
      label('FEED_KIND_APP', 'app_2'),
    )
    tracked.abortBelow({ ...APP, generation: 5 })
    expect(names()).toEqual([])
  })

  it('are aborted as UNAVAILABLE with what changed, and with the advice to send the request again', () => {
    const { tracked, aborted, add } = make()
    add('one', APP)
    tracked.abortBelow({ ...APP, generation: 2 })
    expect(aborted[0]?.[1]).toMatchObject({
      code: 'UNAVAILABLE',
      message: 'FEED_KIND_APP:app_1 was changed',
      say: 'The configuration that this request uses changed while it ran. Send the request again.',
    })
  })

  it('are all aborted together, whatever they rest on, and none of them twice', () => {
    const { tracked, aborted, add, names } = make()
    add('app', APP)
    add('secret', label('FEED_KIND_SECRET', 'sec_1'))
    add('nothing')
    tracked.abortAll('away')
    expect(names()).toEqual(['app', 'secret', 'nothing'])
    expect(aborted[0]?.[1].message).toBe('away')
    expect(tracked.size).toBe(0)
    tracked.abortAll('away')
    tracked.abortBelow({ ...APP, generation: 2 })
    expect(names()).toHaveLength(3)
  })

  it('are not aborted once they have ended, even if their end is reported twice', () => {
    const { tracked, add, names } = make()
    const end = add('one', APP, LINK)
    add('other', APP)
    end()
    end()
    expect(tracked.size).toBe(1)
    tracked.abortBelow({ ...LINK, generation: 2 })
    tracked.abortBelow({ ...APP, generation: 2 })
    expect(names()).toEqual(['other'])
  })

  it('leave no label in the index once the last of them that rests on it has ended', () => {
    const { tracked, add } = make()
    const end = add('one', APP, LINK, label('FEED_KIND_SECRET', 'sec_1'))
    add('two', APP)
    expect(tracked.labels).toBe(2)
    end()
    expect(tracked.labels).toBe(1)
    tracked.abortAll('away')
    expect(tracked.labels).toBe(0)
  })

  it('whose abort throws are logged with the error, and followed no more', () => {
    const { tracked, failed } = make()
    const err = new Error('no')
    tracked.add([APP], () => {
      throw err
    })
    tracked.abortAll('away')
    expect(failed).toEqual([[{ err }, 'an answer could not be aborted']])
    expect(tracked.size).toBe(0)
  })
})
