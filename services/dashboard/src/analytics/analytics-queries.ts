import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { answerOf, api } from '../api/client.js'
import { everyItem } from '../api/pages.js'
import type { Secret } from '../api/types.js'
import { secretsKey } from '../secrets/secret-queries.js'
import { type AnalyticsSearch, USUAL } from './analytics-search.js'
import { askedOf } from './spans.js'

export const analyticsOptions = (org: string, { span, ...rest }: AnalyticsSearch) =>
  queryOptions({
    queryKey: ['org', org, 'analytics', { span, ...rest }],
    queryFn: () => {
      const query = { ...askedOf(span ?? USUAL.span, new Date()), ...rest }
      return answerOf(api.GET('/orgs/{org}/analytics', { params: { path: { org }, query } }))
    },
    // What is shown stays until the next range or grouping is there.
    placeholderData: keepPreviousData,
  })

/** For links to what an unusual pattern is about. */
export const allSecretsOptions = (org: string) =>
  queryOptions({
    queryKey: [...secretsKey(org), 'all'],
    queryFn: () =>
      everyItem<Secret>((query) => answerOf(api.GET('/orgs/{org}/secrets', { params: { path: { org }, query } }))),
  })
