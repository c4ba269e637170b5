import { describe, expect, it } from '@jest/globals'
import type { Figures } from './figures.js'
import { broken, type Result, servedThroughout } from './judge.js'

const HORIZON_MS = 5_000

const figures: Figures = {
  ...{ requests: 100, served: 50, servedForMs: 4_000, lastServedMs: 3_990, refusedInMs: 5 },
  ...{ longestMs: 40, strange: 0, backInMs: 900 },
}

const outage: Result['outage'] = {
  name: 'management',
  manner: 'cut',
  holdMs: 13_000,
  links: [1, 2],
  serves: 'until the horizon',
  refusals: 'at once',
  cold: 'refused',
}

function said(
  given: Partial<Figures>,
  of: Partial<Result['outage']> = {},
  more: Partial<Result> = {},
): readonly string[] {
  const byProxy = [figures, { ...figures, ...given }]
  const common = { horizonMs: HORIZON_MS, figures, byProxy, cold: [], knocks: 0, readiness: { looks: 100, nobody: 0 } }
  return broken({ ...common, outage: { ...outage, ...of }, ...more })
}

const cold = (status: number, tookMs: number) => {
  return { cold: [{ proxy: 0, startMs: 0, endMs: tookMs, status }] }
}

describe('the judgement of an outage', () => {
  it('finds nothing when all figures are as promised', () => {
    expect(said({})).toEqual([])
  })

  it('finds one of two proxies that served past its horizon', () => {
    expect(said({ lastServedMs: 5_001 })).toEqual(['proxy 2 served after 5001 ms still'])
    expect(said({ servedForMs: undefined, lastServedMs: 12_900 })).toEqual(['proxy 2 served after 12900 ms still'])
  })

  it('finds one of two proxies that refused too soon, too slowly, with another status, or for too long', () => {
    expect(said({ servedForMs: 2_999 })).toEqual(['proxy 2 served for 2999 ms only'])
    expect(said({ refusedInMs: 1_001 })).toEqual(['proxy 2 had refusals waited for'])
    expect(said({ strange: 1 })).toEqual(['proxy 2 answered 1 neither with 200 nor with 503'])
    expect(said({ backInMs: 5_001 })).toEqual(['proxy 2 was back too late'])
    expect(said({ requests: 0 })).toEqual(['proxy 2 was asked for nothing'])
  })

  it('allows answers for one second when nothing is to be served', () => {
    const nothing = { serves: 'nothing' } as const
    const none = { ...figures, servedForMs: 0, lastServedMs: undefined }
    expect(said({}, nothing, { byProxy: [none] })).toEqual([])
    expect(said({}, nothing, { byProxy: [{ ...none, lastServedMs: 1_001 }] })).toHaveLength(1)
  })

  it('finds one request missed when all are to be served, and allows the last one to end after the outage', () => {
    const always = { serves: 'all the time' } as const
    const all = { ...figures, servedForMs: undefined, lastServedMs: 13_002 }
    expect(said({}, always, { byProxy: [all] })).toEqual([])
    expect(said({}, always, { byProxy: [{ ...all, servedForMs: 13_001 }] })).toEqual([
      'proxy 1 served for 13001 ms only',
    ])
  })

  it('allows refusals to take as long as an unanswered question when they come after a deadline', () => {
    const late = { refusals: 'after a deadline' } as const
    expect(said({ refusedInMs: 3_500 }, late)).toEqual([])
    expect(said({ refusedInMs: 3_501 }, late)).toEqual(['proxy 2 had refusals waited for'])
  })

  it('finds a wrong or slow answer to what no proxy held', () => {
    expect(said({}, {}, cold(503, 5_000))).toEqual([])
    expect(said({}, {}, cold(200, 5))).toEqual(['cold: answered 200'])
    expect(said({}, {}, cold(0, 5))).toEqual(['cold: answered 0'])
    expect(said({}, { cold: 'served' }, cold(503, 5))).toEqual(['cold: answered 503'])
    expect(said({}, { cold: 'either' }, cold(503, 5_001))).toEqual(['cold: waited for'])
  })

  it('finds more than 64 connections in a second', () => {
    expect(said({}, {}, { knocks: 64 })).toEqual([])
    expect(said({}, {}, { knocks: 65 })).toEqual(['met by 65 connections in a second'])
  })

  it('finds a time at which no proxy said that it was ready', () => {
    expect(said({}, {}, { readiness: { looks: 100, nobody: 1 } })).toEqual([
      'no proxy said that it is ready, at 1 of 100 looks',
    ])
    expect(said({}, {}, { readiness: { looks: 0, nobody: 0 } })).toEqual(['readiness was not looked at'])
  })
})

it('the share of served requests is summed up over the outages in which everything goes on, and no others', () => {
  const throughout = {
    outage: { ...outage, serves: 'all the time' },
    figures: { ...figures, requests: 90, served: 88 },
  } as const
  expect(servedThroughout([throughout, { outage, figures }, throughout])).toBe(
    '176 of 180 served where everything goes on',
  )
})
