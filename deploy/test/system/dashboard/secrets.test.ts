import { expect, it } from '@jest/globals'
import type { Page } from 'playwright-core'
import { provision } from '../provision.js'
import { startStandIn } from '../stand-in.js'
import { hindrances } from './accessibility.js'
import { describeDashboard } from './describe-dashboard.js'
import { testMainJob } from './main-job.js'
import { addPerson } from './people.js'
import { placesOf } from './places-of.js'

const SECRETS = '/orgs/demo/secrets'
const MASK = 'sk-****...****'

const rowOf = (page: Page, name: string) => page.getByRole('row', { name })
const dialogOf = (page: Page) => page.getByRole('dialog')
const save = (page: Page) => dialogOf(page).getByRole('button', { name: 'Save' }).click()
const isClosed = (page: Page) => dialogOf(page).waitFor({ state: 'detached' })
const openReplacement = (page: Page, name: string) =>
  page.getByRole('button', { name: `Replace the value of ${name}` }).click()
const openDeletion = (page: Page, name: string) => page.getByRole('button', { name: `Delete ${name}` }).click()

async function choose(page: Page, field: string, option: string): Promise<void> {
  await dialogOf(page).getByRole('combobox', { name: field }).click()
  await page.getByRole('option', { name: option, exact: true }).click()
}

/** The product page's "Adding a Secret", up to "Save". */
async function enterSecret(page: Page, name: string, value: string): Promise<void> {
  await page.getByRole('link', { name: 'Secrets' }).click()
  await page.getByRole('button', { name: 'Add Secret' }).click()
  await dialogOf(page).getByLabel('Name').fill(name)
  await dialogOf(page).getByLabel('Value').fill(value)
}

describeDashboard('secrets', (dashboard) => {
  testMainJob(dashboard)

  const plant = () => dashboard.system().planter.plant('sk-')

  /** A secret that is there already. */
  const add = (name: string, org = dashboard.system().org) =>
    dashboard.system().owner.post<{ id: string }>(`${org}/secrets`, { name, value: plant(), preset: 'openai' })

  async function secretsPage({ as = dashboard.system().running.owner, width = 1280 } = {}) {
    const visit = await dashboard.visit({ as, width })
    await visit.page.goto(SECRETS)
    return visit
  }

  it('are added with name and value, and are masked from then on, with the value nowhere in the browser', async () => {
    const value = plant()
    const visit = await secretsPage()
    const { page } = visit
    await enterSecret(page, 'OPENAI_API_KEY', value)
    // Shows that the search finds it where it is.
    expect(await placesOf(visit, value)).toEqual(['document', 'fields', 'heap'])
    await save(page)
    await isClosed(page)
    expect(await rowOf(page, 'OPENAI_API_KEY').getByRole('code').textContent()).toBe(MASK)
    expect(await placesOf(visit, value)).toEqual([])
  }, 60_000)

  it('keep what was entered where management refuses it, and say at the field what is wrong', async () => {
    const { page } = await secretsPage()
    const value = plant()
    await enterSecret(page, 'not a name', value)
    await choose(page, 'Provider', 'OpenAI')
    await save(page)
    await dialogOf(page).getByRole('alert').waitFor()
    expect(await dialogOf(page).getByLabel('Name').getAttribute('aria-invalid')).toBe('true')
    expect(await dialogOf(page).getByLabel('Value').inputValue()).toBe(value)
  }, 60_000)

  it('are replaced only by a complete new value, and the old one is dead as soon as the page says so', async () => {
    const { planter } = dashboard.system()
    const [old, fresh] = [planter.plant('sk-'), planter.plant('sk-')]
    const provider = await startStandIn({ keyOf: ({ headers }) => headers.authorization, answer: () => ({ body: {} }) })
    try {
      const made = await provision(dashboard.system(), { slug: 'replaced', origin: provider.origin, value: old })
      provider.accept(`Bearer ${old}`, `Bearer ${fresh}`)
      const ask = () =>
        fetch(`${dashboard.system().proxy}/v1/p/replaced/echo`, { headers: { authorization: `Bearer ${made.token}` } })
      await ask()
      const visit = await secretsPage()
      const { page } = visit
      await openReplacement(page, made.secretName)
      expect(await dialogOf(page).getByLabel('New value').inputValue()).toBe('')
      await save(page)
      await dialogOf(page).getByText('Give the whole new value.').waitFor()
      await dialogOf(page).getByLabel('New value').fill(fresh)
      await save(page)
      await page.getByText('that no request uses the old value any more').waitFor()
      await ask()
      expect(provider.received.map(({ headers }) => headers.authorization)).toEqual([
        `Bearer ${old}`,
        `Bearer ${fresh}`,
      ])
      await isClosed(page)
      expect(await rowOf(page, made.secretName).getByRole('code').textContent()).toBe(MASK)
      expect(await placesOf(visit, fresh)).toEqual([])
    } finally {
      await provider.stop()
    }
  }, 60_000)

  it('are deleted only after a question', async () => {
    await add('DELETED_KEY')
    const { page } = await secretsPage()
    await openDeletion(page, 'DELETED_KEY')
    await dialogOf(page).getByRole('button', { name: 'Cancel' }).click()
    await isClosed(page)
    await openDeletion(page, 'DELETED_KEY')
    await dialogOf(page).getByRole('button', { name: 'Delete' }).click()
    await rowOf(page, 'DELETED_KEY').waitFor({ state: 'detached' })
    const { items } = await dashboard
      .system()
      .owner.get<{ items: { name: string }[] }>(`${dashboard.system().org}/secrets`)
    expect(items.map(({ name }) => name)).not.toContain('DELETED_KEY')
  }, 60_000)

  it('that services use are deleted only by who has read their names and typed the secret’s', async () => {
    const { secretName } = await provision(dashboard.system(), {
      slug: 'breaks-then',
      origin: 'http://127.0.0.1:9',
      value: plant(),
    })
    const { page } = await secretsPage()
    await openDeletion(page, secretName)
    expect(await dialogOf(page).getByRole('listitem').allInnerTexts()).toEqual(['breaks-then'])
    const confirm = dialogOf(page).getByRole('button', { name: 'Delete' })
    expect(await confirm.isDisabled()).toBe(true)
    await dialogOf(page).getByLabel(`Type ${secretName} to confirm`).fill(secretName)
    await confirm.click()
    await rowOf(page, secretName).waitFor({ state: 'detached' })
  }, 60_000)

  it('are masks without buttons for a member, whose page the API refuses all the same', async () => {
    const { id } = await add('SEEN_KEY')
    const { page } = await secretsPage({ as: await addPerson(dashboard.system(), 'Mira', 'member') })
    expect(await rowOf(page, 'SEEN_KEY').getByRole('code').textContent()).toBe(MASK)
    const buttons = page.getByRole('main').getByRole('button')
    expect(await buttons.allInnerTexts()).toEqual([])
    const forged = (method: string, path: string, body: object) =>
      page.evaluate(
        `fetch('/api/v1${dashboard.system().org}${path}', {
          method: '${method}',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(${JSON.stringify(body)}),
        }).then((answer) => answer.status)`,
      )
    expect([
      await forged('POST', '/secrets', { name: 'FORGED_KEY', value: 'sk-forged', preset: 'openai' }),
      await forged('PUT', `/secrets/${id}/value`, { value: 'sk-forged' }),
      await forged('DELETE', `/secrets/${id}`, {}),
    ]).toEqual([403, 403, 403])
  }, 60_000)

  it('that are typed for one organization are never saved in another, whatever the browser’s buttons do', async () => {
    await dashboard.system().owner.post('/orgs', { name: 'Beyond' })
    const { page } = await secretsPage()
    await page.getByRole('button', { name: 'Organization: Demo' }).click()
    await page.getByRole('menuitem', { name: 'Beyond' }).click()
    await page.getByRole('button', { name: 'Organization: Beyond' }).waitFor()
    await enterSecret(page, 'FOR_BEYOND', plant())
    await page.goBack()
    await page.getByRole('button', { name: 'Organization: Demo' }).waitFor()
    expect(await dialogOf(page).count()).toBe(0)
  }, 60_000)

  it('are not let go of while a request is under way: neither Escape nor a click beside the dialog closes it', async () => {
    const { page } = await secretsPage()
    let answer = (): void => {}
    const mayAnswer = new Promise<void>((resolve) => {
      answer = resolve
    })
    await page.route('**/secrets', async (route) => {
      if (route.request().method() === 'POST') await mayAnswer
      await route.continue()
    })
    await enterSecret(page, 'HELD_KEY', plant())
    await choose(page, 'Provider', 'OpenAI')
    await save(page)
    await page.keyboard.press('Escape')
    await page.mouse.click(2, 400)
    expect(await dialogOf(page).getByRole('button', { name: 'Cancel' }).isDisabled()).toBe(true)
    answer()
    await isClosed(page)
    expect(await rowOf(page, 'HELD_KEY').getByRole('code').textContent()).toBe(MASK)
  }, 60_000)

  it('are others in another organization', async () => {
    const { owner } = dashboard.system()
    const { id } = await owner.post<{ id: string }>('/orgs', { name: 'Elsewhere', slug: 'elsewhere' })
    await add('HERE_KEY')
    await add('ELSEWHERE_KEY', `/orgs/${id}`)
    const { page } = await secretsPage()
    await rowOf(page, 'HERE_KEY').waitFor()
    await page.getByRole('button', { name: 'Organization: Demo' }).click()
    await page.getByRole('menuitem', { name: 'Elsewhere' }).click()
    await rowOf(page, 'ELSEWHERE_KEY').waitFor()
    expect(await page.getByRole('row').count()).toBe(2)
    expect(new URL(page.url()).pathname).toBe('/orgs/elsewhere/secrets')
  }, 60_000)

  it('hinder nobody: neither the page nor its dialogs, in light and dark colours', async () => {
    await add('HINDERING_KEY')
    const { page } = await secretsPage()
    await rowOf(page, 'HINDERING_KEY').waitFor()
    expect(await hindrances(page)).toEqual([])
    const openers = [
      () => page.getByRole('button', { name: 'Add Secret' }).click(),
      () => openReplacement(page, 'HINDERING_KEY'),
      () => openDeletion(page, 'HINDERING_KEY'),
    ]
    for (const open of openers) {
      await open()
      await dialogOf(page).waitFor()
      expect(await hindrances(page)).toEqual([])
      await page.keyboard.press('Escape')
      await isClosed(page)
    }
  }, 120_000)

  it('fit a telephone: nothing is cut off at 390 pixels, and the pages are behind a button', async () => {
    const { page } = await secretsPage({ width: 390 })
    await page.getByRole('button', { name: 'Pages' }).click()
    await enterSecret(page, 'OPENAI_API_KEY_DEV', plant())
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
    await save(page)
    await isClosed(page)
    await rowOf(page, 'OPENAI_API_KEY_DEV').waitFor()
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
  }, 60_000)
})
