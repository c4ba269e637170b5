import { queryOptions } from '@tanstack/react-query'
import { answerOf, api } from '../api/client.js'

/** The person who is signed in, perhaps from another tab since. Refused with UNAUTHORIZED if nobody is. */
export const meOptions = queryOptions({
  queryKey: ['me'],
  queryFn: () => answerOf(api.GET('/auth/me')),
  refetchOnWindowFocus: 'always',
})
