import { expect, it } from '@jest/globals'
import { keptMib } from '@protectmyapi/service-kit/test/kept-mib'
import { nameMemo } from './name-memo.js'

/** Names for which `tell` was called. */
function make(): { told: string[]; tell(name: string): number } {
  const told: string[] = []
  return { told, tell: nameMemo((name) => told.push(name)) }
}

it('nameMemo asks once for a name of up to 64 characters, and each time for a longer one', () => {
  const { told, tell } = make()
  for (const chars of [64, 64, 65, 65]) tell('a'.repeat(chars))
  expect(told.map(({ length }) => length)).toEqual([64, 65, 65])
})

it('nameMemo remembers 1,024 names, and forgets them all when one more comes', () => {
  const { told, tell } = make()
  for (let at = 0; at < 1_024; at += 1) tell(`x-${at}`)
  tell('x-0')
  expect(told).toHaveLength(1_024)
  tell('x-more')
  tell('x-0')
  expect(told.slice(1_024)).toEqual(['x-more', 'x-0'])
})

it('nameMemo remembers a name without the head that it was cut from', () => {
  const tell = nameMemo(() => true)
  const remember = (): void => {
    for (let at = 0; at < 512; at += 1) {
      const head = `x-a-long-name-${at}: ${'v'.repeat(16_000)}${at}`
      tell(head.slice(0, head.indexOf(':')))
    }
  }
  expect(keptMib(remember)).toBeLessThan(2)
  expect(tell('x-a-long-name-1')).toBe(true)
})
