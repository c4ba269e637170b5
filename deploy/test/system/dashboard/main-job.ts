import { expect, it } from '@jest/globals'
import { until } from '@protectmyapi/dev-kit/until'
import type { Page } from 'playwright-core'
import { startStandIn } from '../stand-in.js'
import type { Dashboard } from './describe-dashboard.js'
import { placesOf } from './places-of.js'

const dialogOf = (page: Page) => page.getByRole('dialog')
const goTo = (page: Page, place: string) => page.getByRole('link', { name: place, exact: true }).click()
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
const finish = async (page: Page, action: string): Promise<void> => {
  await dialogOf(page).getByRole('button', { name: action, exact: true }).click()
  await dialogOf(page).waitFor({ state: 'detached' })
}

async function choose(page: Page, field: string, option: string): Promise<void> {
  await dialogOf(page).getByRole('combobox', { name: field }).click()
  await page.getByRole('option', { name: option, exact: true }).click()
}

/** The product page's "How Secrets Work", with the page alone, up to the app's own request. */
export function testMainJob(dashboard: Dashboard): void {
  it('reach a provider in an app’s request after nothing but the dashboard was used, which then shows the request', async () => {
    const { planter, proxy, running } = dashboard.system()
    const value = planter.plant('sk-')
    const provider = await startStandIn({ keyOf: ({ headers }) => headers.authorization, answer: () => ({ body: {} }) })
    provider.accept(`Bearer ${value}`)
    try {
      const visit = await dashboard.visit({ as: running.owner })
      const { page } = visit
      await page.goto('/orgs/demo/secrets')
      await addSecret(page, provider.origin, value)
      await addService(page, provider.origin)
      const token = await addApp(page)
      const answer = await fetch(`${proxy}/v1/p/weather/forecast`, { headers: { authorization: `Bearer ${token}` } })
      expect(answer.status).toBe(200)
      expect(provider.received.map(({ path, headers }) => [path, headers.authorization])).toEqual([
        ['/forecast', `Bearer ${value}`],
      ])
      await goTo(page, 'Access log')
      const entry = page.getByRole('row', { name: /Weather app/ })
      // An entry reaches the log within seconds.
      await until(async () => {
        await press(page, 'Refresh')
        return (await entry.count()) > 0 || undefined
      })
      expect(await entry.textContent()).toContain('WEATHER_KEY')
      expect(await placesOf(visit, value)).toEqual([])
    } finally {
      await provider.stop()
    }
  }, 90_000)
}

async function addSecret(page: Page, origin: string, value: string): Promise<void> {
  await press(page, 'Add secret')
  await dialogOf(page).getByRole('textbox', { name: 'Name', exact: true }).fill('WEATHER_KEY')
  await dialogOf(page).getByRole('textbox', { name: 'Value' }).fill(value)
  await choose(page, 'Provider', 'Another provider')
  await dialogOf(page).getByLabel('Origins').fill(origin)
  await page.keyboard.press('Enter')
  await finish(page, 'Save')
}

async function addService(page: Page, origin: string): Promise<void> {
  await goTo(page, 'API services')
  await press(page, 'Add service')
  await choose(page, 'Provider', 'Another provider')
  await dialogOf(page).getByRole('textbox', { name: 'Name', exact: true }).fill('Weather')
  await dialogOf(page).getByRole('textbox', { name: 'Base URL' }).fill(origin)
  await choose(page, 'Secret', 'WEATHER_KEY')
  await finish(page, 'Add')
  await page.getByRole('row', { name: /Weather/ }).waitFor()
}

/** Answers the app's token. */
async function addApp(page: Page): Promise<string> {
  await goTo(page, 'Apps')
  await press(page, 'Add app')
  await dialogOf(page).getByRole('textbox', { name: 'Name', exact: true }).fill('Weather app')
  await dialogOf(page).getByRole('radio', { name: /Audit/ }).check()
  await finish(page, 'Add')
  await press(page, 'Link an API service')
  await choose(page, 'API service', 'Weather (weather)')
  await finish(page, 'Link')
  const token = await page.getByText(/^pma_app_/).textContent()
  if (token === null) throw new Error('the page shows no app token')
  return token
}
