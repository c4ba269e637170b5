import { queryOptions } from '@tanstack/react-query'
import { answerOf, api } from '../api/client.js'
import { everyItem, listOptions } from '../api/pages.js'
import type { Preset, Secret, SecretVersion } from '../api/types.js'

/** All that concerns secrets of an organization is below this key. */
export const secretsKey = (org: string) => ['org', org, 'secrets'] as const

export const secretsOptions = (org: string) =>
  listOptions<Secret>([...secretsKey(org), 'list'], (query) =>
    answerOf(api.GET('/orgs/{org}/secrets', { params: { path: { org }, query } })),
  )

export const secretOptions = (org: string, secret: string) =>
  queryOptions({
    queryKey: [...secretsKey(org), secret],
    queryFn: () => answerOf(api.GET('/orgs/{org}/secrets/{secret}', { params: { path: { org, secret } } })),
  })

/** The providers that management knows: where their keys come from, what they are called, where they may go. */
export const presetsOptions = queryOptions({
  queryKey: ['presets'],
  queryFn: () => everyItem<Preset>((query) => answerOf(api.GET('/presets', { params: { query } }))),
  staleTime: Number.POSITIVE_INFINITY,
})

export const versionsOptions = (org: string, secret: string) =>
  listOptions<SecretVersion>([...secretsKey(org), secret, 'versions'], (query) =>
    answerOf(api.GET('/orgs/{org}/secrets/{secret}/versions', { params: { path: { org, secret }, query } })),
  )

/** The internal services that were granted the secret. */
export const holdersOptions = (org: string, secret: string) =>
  listOptions([...secretsKey(org), secret, 'holders'], (query) =>
    answerOf(api.GET('/orgs/{org}/secrets/{secret}/internal-services', { params: { path: { org, secret }, query } })),
  )
