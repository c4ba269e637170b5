import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { asProblem } from './api/problem.js'
import { createDashboardRouter } from './routes.js'
import { readableTexts, theme } from './theme.js'

/** Pages for people who are not signed in, where a refusal speaks of what was entered: a password, an invitation. */
const FRONT_PAGES: readonly string[] = ['/sign-in', '/join', '/set-up']

const client = new QueryClient({
  queryCache: new QueryCache({ onError: leaveIfSignedOut }),
  mutationCache: new MutationCache({
    onError: leaveIfSignedOut,
    // One thing's change shows at many others, and who is refused has often seen something old. So all is fetched anew
    // that is on the page, and the rest when it is needed. Nobody waits for that.
    onSettled: () => void client.invalidateQueries(),
  }),
  defaultOptions: {
    queries: {
      // A refusal stays one. Only the lack of an answer, and an outage, are worth a second try.
      retry: (failures, thrown) => failures < 2 && (asProblem(thrown).status ?? 503) >= 502,
      staleTime: 5_000,
    },
    // What was sent may hold a secret's value or a password: forgotten as soon as its form is closed.
    mutations: { gcTime: 0 },
  },
})
const router = createDashboardRouter(client)

/** `nonce`: of this page's Content-Security-Policy. */
export function Dashboard({ nonce }: { readonly nonce: string }) {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={readableTexts}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      <QueryClientProvider client={client}>
        <Notifications position="bottom-right" />
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  )
}

/** A sign-in ends while its pages are open: by itself, or because somebody ended it. */
function leaveIfSignedOut(thrown: unknown): void {
  const { pathname, href } = router.state.location
  if (!asProblem(thrown).isSignedOut || FRONT_PAGES.includes(pathname)) return
  client.clear()
  void router.navigate({ to: '/sign-in', search: { next: href } })
}
