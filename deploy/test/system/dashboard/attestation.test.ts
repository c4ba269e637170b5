import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { expect, it } from '@jest/globals'
import type { Page } from 'playwright-core'
import { hindrances } from './accessibility.js'
import { describeDashboard } from './describe-dashboard.js'
import { addPerson } from './people.js'
import { placesOf } from './places-of.js'

const PLAY = { packageName: 'com.example.chat', certificateDigests: ['ab'.repeat(32)] }

const panelOf = (page: Page) => page.getByRole('tabpanel', { name: 'Attestation' })
const dialogOf = (page: Page) => page.getByRole('dialog')
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
const save = (page: Page) => dialogOf(page).getByRole('button', { name: 'Save' }).click()
const isClosed = (page: Page) => dialogOf(page).waitFor({ state: 'detached' })

/** The line of a base64 text that no other key has. */
const lineOf = (pem: string): string => pem.split('\n')[5] ?? ''

function newResponseKeys() {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  return {
    decryptionKey: randomBytes(32).toString('base64'),
    verificationKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
  }
}

function newServiceAccount() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const key = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
  const file = {
    type: 'service_account',
    client_email: 'play@example.iam.gserviceaccount.com',
    private_key: key,
    token_uri: 'https://oauth2.googleapis.com/token',
  }
  return { line: lineOf(key), email: file.client_email, json: JSON.stringify(file, null, 2) }
}

describeDashboard('attestation', (dashboard) => {
  let apps = 0

  /** An app whose policy is Enforce. */
  async function addApp(attestation: object) {
    const { owner, org } = dashboard.system()
    apps += 1
    const app = { name: `Chat ${apps}`, slug: `chat-${apps}`, platform: 'android', policy: 'enforce', attestation }
    const { id } = await owner.post<{ id: string }>(`${org}/apps`, app)
    return { path: `${org}/apps/${id}`, page: `/orgs/demo/apps/${id}?tab=attestation` }
  }

  async function open(address: string, { as = dashboard.system().running.owner, width = 1280 } = {}) {
    const visit = await dashboard.visit({ as, width })
    await visit.page.goto(address)
    await panelOf(visit.page).waitFor()
    return visit
  }

  it('is asked for until it is set up; what is refused stays entered, with the reason at its field', async () => {
    const { owner } = dashboard.system()
    const app = await addApp({})
    const { page } = await open(app.page)
    const warning = page.getByRole('alert', { name: 'Only debug tokens buy sessions' })
    await warning.waitFor()
    await panelOf(page).getByRole('switch', { name: 'Accept App Attest' }).check()
    const ids = panelOf(page).getByLabel('Bundle IDs')
    await ids.fill('com.example.chat\ncom.example.*')
    await press(page, 'Save attestation')
    await panelOf(page).getByText('Entry 2: Give a bundle id, such as com.example.chat.').waitFor()
    expect(await panelOf(page).getByLabel('Team ID').getAttribute('aria-invalid')).toBe('true')
    expect(await ids.inputValue()).toBe('com.example.chat\ncom.example.*')
    await ids.fill('com.example.chat')
    await panelOf(page).getByLabel('Team ID').fill('ABCDE12345')
    await press(page, 'Save attestation')
    await warning.waitFor({ state: 'detached' })
    expect((await owner.get<{ attestation: object }>(app.path)).attestation).toEqual({
      apple: { teamId: 'ABCDE12345', bundleIds: ['com.example.chat'], allowDevelopment: false },
      android: null,
      firebase: null,
    })
  }, 60_000)

  it('has a credential whose secret is nowhere in the browser once it is stored, and that is deleted only after a question', async () => {
    const { owner } = dashboard.system()
    const app = await addApp({ android: PLAY })
    const credential = `${app.path}/attestation-credential`
    const visit = await open(app.page)
    const { page } = visit
    const keys = newResponseKeys()
    await press(page, 'Store the credential')
    await dialogOf(page).getByLabel('Decryption key').fill(keys.decryptionKey)
    await dialogOf(page).getByLabel('Verification key').fill(keys.verificationKey)
    // Shows that the search finds it where it is.
    expect(await placesOf(visit, keys.decryptionKey)).toEqual(['document', 'fields', 'heap'])
    await save(page)
    await isClosed(page)
    expect(await owner.get(credential)).toMatchObject({ kind: 'response-keys' })
    expect(await placesOf(visit, keys.decryptionKey)).toEqual([])

    const account = newServiceAccount()
    await press(page, 'Replace the credential')
    await dialogOf(page).getByRole('radio', { name: 'Service account' }).check()
    await page.locator('input[type="file"]').setInputFiles({
      name: 'key.json',
      mimeType: 'application/json',
      buffer: Buffer.from(account.json),
    })
    await dialogOf(page).getByText('key.json is read.').waitFor()
    await save(page)
    await isClosed(page)
    expect(await owner.get(credential)).toMatchObject({ kind: 'service-account', clientEmail: account.email })
    expect(await placesOf(visit, account.line)).toEqual([])

    await press(page, 'Delete the credential')
    await press(page, 'Cancel')
    expect(await owner.get(credential)).toMatchObject({ kind: 'service-account' })
    await press(page, 'Delete the credential')
    await dialogOf(page).getByRole('button', { name: 'Delete' }).click()
    await panelOf(page).getByRole('alert', { name: 'None is stored' }).waitFor()
    await expect(owner.get(credential)).rejects.toThrow('404')
  }, 120_000)

  it('is shown to members, who can change none of it', async () => {
    const app = await addApp({ android: PLAY })
    const { page } = await open(app.page, { as: await addPerson(dashboard.system(), 'Member', 'member') })
    await panelOf(page).getByText(PLAY.certificateDigests.join()).waitFor()
    await panelOf(page).getByRole('alert', { name: 'None is stored' }).waitFor()
    expect(await panelOf(page).locator('input, textarea').count()).toBe(0)
    expect(await panelOf(page).getByRole('button', { name: 'credential' }).count()).toBe(0)
  }, 60_000)

  it('hinders nobody and fits a telephone, with its dialogs, in light and dark colours', async () => {
    const app = await addApp({
      apple: { teamId: 'ABCDE12345', bundleIds: ['com.example.chat'] },
      android: PLAY,
      firebase: { projectNumber: '123456789012', appIds: ['1:123456789012:android:0123456789abcdef'] },
    })
    const { page } = await open(app.page, { width: 390 })
    for (const steps of ['iOS: App Attest', 'Android: Play Integrity', 'Flutter, React Native and others']) {
      await panelOf(page).getByRole('button', { name: steps }).click()
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
    }
    expect(await hindrances(page)).toEqual([])
    await press(page, 'Store the credential')
    for (const kind of ['Response keys', 'Service account']) {
      await dialogOf(page).getByRole('radio', { name: kind }).check()
      expect(await hindrances(page)).toEqual([])
    }
  }, 120_000)
})
