import { expect, it } from '@jest/globals'
import { cpuMs, cpuMsOfPs } from './cpu-time.js'

it('the CPU time of a process is read over all its threads', async () => {
  const before = await cpuMs(process.pid)
  const used = process.cpuUsage()
  expect(Math.abs(before - (used.user + used.system) / 1_000)).toBeLessThan(500)
})

it('the CPU time is read from what ps prints on macOS', () => {
  expect(cpuMsOfPs('  0:01.25\n')).toBe(1_250)
  expect(cpuMsOfPs('1:02:03.00')).toBe(3_723_000)
})
