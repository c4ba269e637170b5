import { queryOptions } from '@tanstack/react-query'
import { answerOf, api } from '../api/client.js'

/** The person who is signed in. Refused with UNAUTHORIZED if nobody is. */
export const meOptions = queryOptions({
  queryKey: ['me'],
  queryFn: () => answerOf(api.GET('/auth/me')),
  staleTime: 60_000,
})
