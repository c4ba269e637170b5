import type { Browser, BrowserContext, ConsoleMessage, Page, Response } from 'playwright-core'

/** One browser window with cookies and storage of its own, and all that its pages received and said. */
export interface Visit {
  readonly page: Page
  readonly context: BrowserContext
  /** All addresses that were asked for, and all messages of the console. */
  readonly addresses: readonly string[]
  readonly messages: readonly string[]
  /** Fields and bodies of all answers. Waits for those that are under way. */
  answers(): Promise<readonly ReceivedAnswer[]>
  /** What no page may cause: errors of its scripts, violations of its Content-Security-Policy, answers above 499. */
  faults(): readonly string[]
}

export interface ReceivedAnswer {
  /** Such as `GET /api/v1/auth/me`. */
  readonly to: string
  readonly text: string
}

export interface VisitOptions {
  /** In CSS pixels. */
  readonly width?: number
  readonly colorScheme?: 'light' | 'dark'
}

/** Below jest's limit, so that what is missing on the page is named. */
const PATIENCE_MS = 30_000
const VIOLATION = 'CSP violation:'
const TELL_VIOLATIONS = `addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sample }) =>
  console.error('${VIOLATION}', effectiveDirective, blockedURI, sample))`
/** Chromium's own message for every refusal. Refusals are part of what tests do. */
const REFUSAL = /^Failed to load resource: the server responded with a status of 4\d\d /

/** @param origin: `page.goto` takes paths below it. */
export async function openVisit(browser: Browser, origin: string, options: VisitOptions = {}): Promise<Visit> {
  const { width = 1280, colorScheme = 'light' } = options
  const context = await browser.newContext({
    baseURL: origin,
    viewport: { width, height: 900 },
    colorScheme,
    locale: 'en-GB',
    // Nothing is half faded in when it is looked at.
    reducedMotion: 'reduce',
  })
  context.setDefaultTimeout(PATIENCE_MS)
  await context.addInitScript({ content: TELL_VIOLATIONS })
  const addresses: string[] = []
  const messages: string[] = []
  const faults: string[] = []
  const answers: Promise<ReceivedAnswer>[] = []
  context.on('request', (request) => void addresses.push(request.url()))
  context.on('response', (response) => {
    if (response.status() >= 500) faults.push(`${response.status()} for ${response.url()}`)
  })
  // Not at the response: its body is not complete there.
  context.on('requestfinished', (request) => {
    const answer = request.response().then(received)
    // Matters to those who ask for the answers. The end of a visit also ends the reading of some.
    answer.catch(() => {})
    answers.push(answer)
  })
  context.on('console', (message) => {
    messages.push(message.text())
    if (isFault(message)) faults.push(message.text())
  })
  context.on('weberror', (error) => void faults.push(String(error.error())))
  return {
    page: await context.newPage(),
    context,
    addresses,
    messages,
    answers: () => Promise.all(answers),
    faults: () => faults,
  }
}

function isFault(message: ConsoleMessage): boolean {
  return ['error', 'warning'].includes(message.type()) && !REFUSAL.test(message.text())
}

async function received(response: Response | null): Promise<ReceivedAnswer> {
  if (response === null) throw new Error('a request finished without an answer')
  const { pathname } = new URL(response.url())
  const fields = await response.headersArray()
  // Chromium has no body to give for an answer that has none.
  const body = response.status() === 204 ? '' : await response.text()
  return {
    to: `${response.request().method()} ${pathname}`,
    text: [...fields.map(({ name, value }) => `${name}: ${value}`), '', body].join('\n'),
  }
}
