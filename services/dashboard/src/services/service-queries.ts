import { queryOptions } from '@tanstack/react-query'
import { answerOf, api } from '../api/client.js'
import { everyItem, listOptions, type PageQuery } from '../api/pages.js'
import { readOf } from '../api/read.js'
import type { Secret, Service } from '../api/types.js'
import { secretsKey } from '../secrets/secret-queries.js'

/** All that concerns API services of an organization is below this key. */
const servicesKey = (org: string) => ['org', org, 'services'] as const

const fetchServices = (org: string) => (query: PageQuery) =>
  answerOf(api.GET('/orgs/{org}/services', { params: { path: { org }, query } }))

export const servicesOptions = (org: string) => listOptions<Service>([...servicesKey(org), 'list'], fetchServices(org))

/** `slug`: or the service's id. */
export const serviceOptions = (org: string, slug: string) =>
  queryOptions({
    queryKey: [...servicesKey(org), 'one', slug],
    queryFn: () => readOf(api.GET('/orgs/{org}/services/{service}', { params: { path: { org, service: slug } } })),
  })

/** For a choice among them. */
export const allServicesOptions = (org: string) =>
  queryOptions({
    queryKey: [...servicesKey(org), 'all'],
    queryFn: () => everyItem<Service>(fetchServices(org)),
  })

/** The names that a service may refer to. */
export const secretNamesOptions = (org: string) =>
  queryOptions({
    queryKey: [...secretsKey(org), 'names'],
    queryFn: async () => {
      const secrets = await everyItem<Secret>((query) =>
        answerOf(api.GET('/orgs/{org}/secrets', { params: { path: { org }, query } })),
      )
      return secrets.map(({ name }) => name).sort()
    },
  })
