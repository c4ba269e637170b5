import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'

const HINDERING = ['serious', 'critical']
/** Rules whose outcome depends on colours. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block']

/** What hinders people with disabilities on the page as it is now, in light and in dark colours. Empty: nothing. */
export async function hindrances(page: Page): Promise<readonly string[]> {
  // In the page itself: there are no frames, for which axe would open further pages.
  const axe = () => new AxeBuilder({ page }).setLegacyMode()
  await show(page, 'light')
  const light = await axe().analyze()
  await show(page, 'dark')
  const dark = await axe().withRules(OF_COLOURS).analyze()
  return [...light.violations, ...dark.violations]
    .filter(({ impact }) => HINDERING.includes(impact ?? ''))
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary}`))
}

async function show(page: Page, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme })
  await page.locator(`html[data-mantine-color-scheme="${colorScheme}"]`).waitFor()
}
