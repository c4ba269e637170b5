import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router'
import { accessLogSearch } from './activity/access-log-search.js'
import { rangeFrom } from './activity/time-range.js'
import { analyticsSearch } from './analytics/analytics-search.js'
import { type AppTab, isAppTab } from './apps/app-tabs.js'
import { organizationOptions, organizationsOptions } from './organization/organization-queries.js'
import { AccountShell, OrganizationShell } from './shell/shells.js'
import { Waiting } from './shell/waiting.js'
import { NotFound, WentWrong } from './shell/went-wrong.js'
import { meOptions } from './sign-in/who-is-signed-in.js'

/** Every page of the dashboard, by its path. */

interface Context {
  readonly client: QueryClient
}

const root = createRootRouteWithContext<Context>()({ notFoundComponent: NotFound })

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  // Where to go afterwards: a path of this dashboard. Undefined has to be said, or the router takes what the address has.
  validateSearch: ({ next }): { next?: string | undefined } => ({
    next: typeof next === 'string' && /^\/(?![/\\])/.test(next) ? next : undefined,
  }),
  component: lazyRouteComponent(() => import('./sign-in/sign-in-page.js'), 'SignInPage'),
})
const setUp = createRoute({
  getParentRoute: () => root,
  path: '/set-up',
  component: lazyRouteComponent(() => import('./sign-in/set-up-page.js'), 'SetUpPage'),
})
const join = createRoute({
  getParentRoute: () => root,
  path: '/join',
  component: lazyRouteComponent(() => import('./sign-in/join-page.js'), 'JoinPage'),
})

/** All below needs somebody who is signed in: without, the query is refused and the person is led to /sign-in. */
const signedIn = createRoute({
  getParentRoute: () => root,
  id: 'signed-in',
  loader: ({ context }) => context.client.ensureQueryData(meOptions),
})
const home = createRoute({
  getParentRoute: () => signedIn,
  path: '/',
  loader: async ({ context }) => {
    // Anew: the person may have left one, or been removed.
    const [first] = await context.client.fetchQuery({ ...organizationsOptions, staleTime: 0 })
    if (first) throw redirect({ to: '/orgs/$org/secrets', params: { org: first.slug }, replace: true })
    throw redirect({ to: '/new-organization', replace: true })
  },
})
const account = createRoute({ getParentRoute: () => signedIn, id: 'account', component: AccountShell })
const accountPages = [
  createRoute({
    getParentRoute: () => account,
    path: '/new-organization',
    component: lazyRouteComponent(() => import('./organization/new-organization-page.js'), 'NewOrganizationPage'),
  }),
  createRoute({
    getParentRoute: () => account,
    path: '/account',
    component: lazyRouteComponent(() => import('./account/account-page.js'), 'AccountPage'),
  }),
] as const

const organization = createRoute({
  getParentRoute: () => signedIn,
  path: '/orgs/$org',
  loader: ({ context, params }) => context.client.ensureQueryData(organizationOptions(params.org)),
  component: OrganizationShell,
})
const organizationPages = [
  createRoute({
    getParentRoute: () => organization,
    path: '/',
    loader: ({ params }) => {
      throw redirect({ to: '/orgs/$org/secrets', params, replace: true })
    },
  }),
  createRoute({
    getParentRoute: () => organization,
    path: '/secrets',
    component: lazyRouteComponent(() => import('./secrets/secrets-page.js'), 'SecretsPage'),
  }),
  createRoute({
    getParentRoute: () => organization,
    path: '/secrets/$secret',
    component: lazyRouteComponent(() => import('./secrets/secret-page.js'), 'SecretPage'),
  }),
  createRoute({
    getParentRoute: () => organization,
    path: '/services',
    component: lazyRouteComponent(() => import('./services/services-page.js'), 'ServicesPage'),
  }),
  createRoute({
    getParentRoute: () => organization,
    path: '/services/$service',
    component: lazyRouteComponent(() => import('./services/service-page.js'), 'ServicePage'),
  }),
  createRoute({
    getParentRoute: () => organization,
    path: '/apps',
    component: lazyRouteComponent(() => import('./apps/apps-page.js'), 'AppsPage'),
  }),
  createRoute({
    getParentRoute: () => organization,
    path: '/apps/$app',
    // Says `undefined` of what is no tab: what a route's search leaves out, the router takes from the address as it is.
    validateSearch: ({ tab }): { tab?: AppTab | undefined } => ({ tab: isAppTab(tab) ? tab : undefined }),
    component: lazyRouteComponent(() => import('./apps/app-page.js'), 'AppPage'),
  }),
  createRoute({
    getParentRoute: () => organization,
    path: '/members',
    component: lazyRouteComponent(() => import('./members/members-page.js'), 'MembersPage'),
  }),
  createRoute({
    getParentRoute: () => organization,
    path: '/analytics',
    validateSearch: analyticsSearch,
    component: lazyRouteComponent(() => import('./analytics/analytics-page.js'), 'AnalyticsPage'),
  }),
  createRoute({
    getParentRoute: () => organization,
    path: '/access-log',
    validateSearch: accessLogSearch,
    component: lazyRouteComponent(() => import('./activity/access-log-page.js'), 'AccessLogPage'),
  }),
  createRoute({
    getParentRoute: () => organization,
    path: '/audit',
    validateSearch: rangeFrom,
    component: lazyRouteComponent(() => import('./activity/audit-page.js'), 'AuditPage'),
  }),
  createRoute({
    getParentRoute: () => organization,
    path: '/settings',
    component: lazyRouteComponent(() => import('./organization/settings-page.js'), 'SettingsPage'),
  }),
] as const

const tree = root.addChildren([
  signIn,
  setUp,
  join,
  signedIn.addChildren([home, account.addChildren(accountPages), organization.addChildren(organizationPages)]),
])

export function createDashboardRouter(client: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { client },
    defaultPreload: 'intent',
    scrollRestoration: true,
    // Another organization or another secret is another page: a dialog that stood open must not act on it.
    defaultRemountDeps: ({ params }) => params,
    defaultPendingComponent: Waiting,
    defaultErrorComponent: WentWrong,
  })
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createDashboardRouter>
  }
}
