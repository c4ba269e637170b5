import { queryOptions } from '@tanstack/react-query'
import { answerOf, api } from '../api/client.js'
import { everyItem, listOptions, type PageQuery } from '../api/pages.js'
import { readOf } from '../api/read.js'
import type { App, AppSession, DebugToken, Device, Link } from '../api/types.js'

/** All that concerns apps of an organization is below this key. */
const appsKey = (org: string) => ['org', org, 'apps'] as const

/** `one` keeps an app whose slug is `list` apart from the list. */
export const appKey = (org: string, app: string) => [...appsKey(org), 'one', app] as const

const fetchApps = (org: string) => (query: PageQuery) =>
  answerOf(api.GET('/orgs/{org}/apps', { params: { path: { org }, query } }))

export const appsOptions = (org: string) => listOptions<App>([...appsKey(org), 'list'], fetchApps(org))

/** For a choice among them. */
export const allAppsOptions = (org: string) =>
  queryOptions({ queryKey: [...appsKey(org), 'all'], queryFn: () => everyItem<App>(fetchApps(org)) })

/** `app`: an id or a slug. */
export const appOptions = (org: string, app: string) =>
  queryOptions({
    queryKey: appKey(org, app),
    queryFn: () => readOf(api.GET('/orgs/{org}/apps/{app}', { params: { path: { org, app } } })),
  })

export const linksOptions = (org: string, app: string) =>
  listOptions<Link>([...appKey(org, app), 'links'], (query) =>
    answerOf(api.GET('/orgs/{org}/apps/{app}/links', { params: { path: { org, app }, query } })),
  )

export const debugTokensOptions = (org: string, app: string) =>
  listOptions<DebugToken>([...appKey(org, app), 'debug-tokens'], (query) =>
    answerOf(api.GET('/orgs/{org}/apps/{app}/debug-tokens', { params: { path: { org, app }, query } })),
  )

export const devicesOptions = (org: string, app: string) =>
  listOptions<Device>([...appKey(org, app), 'devices'], (query) =>
    answerOf(api.GET('/orgs/{org}/apps/{app}/devices', { params: { path: { org, app }, query } })),
  )

export const appSessionsOptions = (org: string, app: string) =>
  listOptions<AppSession>([...appKey(org, app), 'sessions'], (query) =>
    answerOf(api.GET('/orgs/{org}/apps/{app}/sessions', { params: { path: { org, app }, query } })),
  )
