import { useNavigate, useSearch } from '@tanstack/react-router'
import { type AnalyticsSearch, analyticsSearch } from './analytics-search.js'

/** What the address says, and how to change a part of it. */
export function useAnalyticsSearch(): {
  readonly search: AnalyticsSearch
  readonly change: (part: { readonly [Name in keyof AnalyticsSearch]?: string | undefined }) => void
} {
  // Checked here, because beside what the route lets through the router hands on whatever else an address holds.
  const search = analyticsSearch(useSearch({ from: '/signed-in/orgs/$org/analytics' }))
  const navigate = useNavigate({ from: '/orgs/$org/analytics' })
  return {
    search,
    change: (part) => void navigate({ search: analyticsSearch({ ...search, ...part }), resetScroll: false }),
  }
}
