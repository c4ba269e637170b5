import { expect, it } from '@jest/globals'
import type { Page } from 'playwright-core'
import { hindrances } from './accessibility.js'
import { describeDashboard } from './describe-dashboard.js'
import { addPerson } from './people.js'
import { placesOf } from './places-of.js'

const SECRETS = '/orgs/demo/secrets'
/** Every page that has an address of its own. Pages of one item are tested with the item. */
const PAGES = ['services', 'apps', 'analytics', 'access-log', 'audit', 'members', 'settings']
  .map((page) => `/orgs/demo/${page}`)
  .concat('/account', '/new-organization')

/** Its button is named after it. */
const passwordOf = (page: Page) => page.getByRole('textbox', { name: 'Password' })

async function signIn(page: Page, { email, password }: { email: string; password: string }): Promise<void> {
  await page.getByLabel('E-mail').fill(email)
  await passwordOf(page).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

const pathOf = (page: Page): string => new URL(page.url()).pathname

describeDashboard('sign-in', (dashboard) => {
  const owner = () => dashboard.system().running.owner

  it('leads to the secrets of one’s organization, and the password is nowhere in the browser then', async () => {
    const visit = await dashboard.visit()
    const { page } = visit
    await page.goto('/')
    await signIn(page, owner())
    await page.getByRole('heading', { name: 'Secrets' }).waitFor()
    expect(pathOf(page)).toBe(SECRETS)
    expect(await placesOf(visit, owner().password)).toEqual([])
  }, 60_000)

  it('with a wrong password says so, and keeps the e-mail but not the password', async () => {
    const { page } = await dashboard.visit()
    await page.goto('/sign-in')
    await signIn(page, { email: owner().email, password: 'not the password' })
    await page.getByRole('alert').getByText('E-mail address or password is wrong.').waitFor()
    expect(await page.getByLabel('E-mail').inputValue()).toBe(owner().email)
    expect(await passwordOf(page).inputValue()).toBe('')
  }, 60_000)

  it('leads back to the page whose session was ended elsewhere', async () => {
    const person = await addPerson(dashboard.system(), 'Ended', 'admin')
    const { page, context } = await dashboard.visit({ as: person })
    await page.goto('/orgs/demo/members')
    await page.getByRole('link', { name: 'Members' }).waitFor()
    // The same session, ended outside of the page.
    expect((await context.request.post('/api/v1/auth/sign-out', { headers: ownPage() })).status()).toBe(204)
    await page.reload()
    await signIn(page, person)
    await page.getByRole('link', { name: 'Members' }).waitFor()
    expect(pathOf(page)).toBe('/orgs/demo/members')
  }, 60_000)

  it('is asked for again by what a page does after its session has ended', async () => {
    const person = await addPerson(dashboard.system(), 'Acting', 'admin')
    const { page, context } = await dashboard.visit({ as: person })
    await page.goto(SECRETS)
    await page.getByRole('button', { name: 'Add Secret' }).click()
    await page.getByRole('dialog').getByLabel('Name').fill('OPENAI_API_KEY')
    await page.getByRole('dialog').getByLabel('Value').fill('sk-too-late')
    await context.request.post('/api/v1/auth/sign-out', { headers: ownPage(), failOnStatusCode: true })
    await page.getByRole('button', { name: 'Save' }).click()
    await signIn(page, person)
    await page.getByRole('heading', { name: 'Secrets' }).waitFor()
    expect(pathOf(page)).toBe(SECRETS)
  }, 60_000)

  /** What a browser adds to a write of management's own page. */
  const ownPage = () => ({ origin: dashboard.system().management })

  it('never leads to another origin', async () => {
    const { page } = await dashboard.visit()
    for (const next of ['//elsewhere.example', '/\\elsewhere.example', 'https://elsewhere.example']) {
      await page.goto(`/sign-in?next=${encodeURIComponent(next)}`)
      await signIn(page, owner())
      await page.getByText('ProtectMyAPI').or(page.getByText('There is no such page')).first().waitFor()
      expect(new URL(page.url()).origin).toBe(dashboard.system().management)
    }
  }, 60_000)

  it('is over after "Sign out", and the way back leads to sign-in', async () => {
    const person = await addPerson(dashboard.system(), 'Leaving', 'member')
    const { page, context } = await dashboard.visit({ as: person })
    await page.goto(SECRETS)
    await page.getByRole('button', { name: `Signed in as ${person.email}` }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    expect(await context.cookies()).toEqual([])
    await page.goBack()
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    expect(pathOf(page)).toBe('/sign-in')
  }, 60_000)

  it('is possible for who accepts an invitation, whose token stands in the address only until then', async () => {
    const { owner, org } = dashboard.system()
    const email = 'joins@demo.example'
    const { token } = await owner.post<{ token: string }>(`${org}/invitations`, { email, role: 'member' })
    const password = 'correct horse battery staple'
    const { page, addresses } = await dashboard.visit()
    await page.goto(`/join#${token}`)
    await page.getByLabel('Your name').fill('Jo')
    await page.getByRole('textbox', { name: 'Choose a password' }).fill(password)
    await page.getByRole('button', { name: 'Join' }).click()
    await signIn(page, { email, password })
    await page.getByRole('heading', { name: 'Secrets' }).waitFor()
    expect([page.url(), ...addresses.map((address) => address.split('#')[0])].join()).not.toContain(token)
  }, 60_000)

  it('is beside a set-up that refuses whatever is no set-up token', async () => {
    const { page } = await dashboard.visit()
    await page.goto('/set-up')
    await page.getByRole('textbox', { name: 'Set-up token' }).fill('pma_setup_guessed')
    await page.getByLabel('Organization').fill('Mine')
    await page.getByLabel('Your name').fill('Mallory')
    await page.getByLabel('E-mail').fill('mallory@demo.example')
    await passwordOf(page).fill('correct horse battery staple')
    await page.getByRole('button', { name: 'Set up and sign in' }).click()
    await page.getByRole('alert').getByText('This set-up token is wrong').waitFor()
    expect(await page.getByLabel('Organization').inputValue()).toBe('Mine')
  }, 60_000)

  it('hinders nobody, in light and dark colours: sign-in, set-up, invitation', async () => {
    const { page } = await dashboard.visit()
    for (const path of ['/sign-in', '/set-up', '/join']) {
      await page.goto(path)
      await page.getByRole('heading', { level: 1 }).waitFor()
      expect(await hindrances(page)).toEqual([])
    }
  }, 60_000)

  it('is followed by pages that hinder nobody, fit a telephone, and can be opened by their addresses', async () => {
    const { page } = await dashboard.visit({ as: owner(), width: 390 })
    for (const path of PAGES) {
      await page.goto(path)
      await page.getByRole('main').getByRole('heading', { level: 1 }).waitFor()
      // A page may load several lists: until there is no first one.
      await page.getByLabel('Loading').first().waitFor({ state: 'detached' })
      const width = await page.evaluate('document.documentElement.scrollWidth')
      expect([path, width, await hindrances(page)]).toEqual([path, 390, []])
    }
  }, 120_000)

  it('fits a telephone', async () => {
    const { page } = await dashboard.visit({ width: 390 })
    await page.goto('/sign-in')
    await signIn(page, owner())
    await page.getByRole('heading', { name: 'Secrets' }).waitFor()
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
  }, 60_000)
})
