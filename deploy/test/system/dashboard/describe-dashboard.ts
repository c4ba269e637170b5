import { afterAll, afterEach, beforeAll, expect } from '@jest/globals'
import type { Browser } from 'playwright-core'
import type { Owner } from '../../../src/system/start-system.js'
import { startTestSystem, type TestSystem } from '../start-test-system.js'
import { describeWithChromium, launchChromium } from './chromium.js'
import { openVisit, type Visit, type VisitOptions } from './visit.js'

/** The dashboard of a running system, for tests. */
export interface Dashboard {
  readonly system: () => TestSystem
  /** Opens a window in which nobody is signed in, or the person given. It is closed after the test. */
  visit(options?: VisitOptions & { readonly as?: Owner }): Promise<Visit>
}

/** Tests in a browser, over one system. After each of them no page of its visits may have had faults. */
export function describeDashboard(what: string, tests: (dashboard: Dashboard) => void): void {
  describeWithChromium(`dashboard: ${what}`, () => {
    let system: TestSystem
    let browser: Browser
    let visits: Visit[] = []
    beforeAll(async () => {
      ;[system, browser] = await Promise.all([startTestSystem(), launchChromium()])
    }, 60_000)
    afterEach(async () => {
      const ended = visits
      visits = []
      await Promise.all(ended.map(({ context }) => context.close()))
      expect(ended.flatMap((visit) => visit.faults())).toEqual([])
    })
    afterAll(async () => {
      await browser?.close()
      await system?.stop()
    }, 60_000)

    tests({
      system: () => system,
      async visit({ as, ...options } = {}) {
        const visit = await openVisit(browser, system.management, options)
        visits.push(visit)
        // The visit gets the cookie of the answer. No page sees the token in its body.
        if (as) await visit.context.request.post('/api/v1/auth/sign-in', { data: as, failOnStatusCode: true })
        return visit
      },
    })
  })
}
