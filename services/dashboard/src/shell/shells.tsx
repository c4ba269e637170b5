import { AppShell, Burger, Group, NavLink, ScrollArea, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useSuspenseQuery } from '@tanstack/react-query'
import { Link, Outlet, useLocation } from '@tanstack/react-router'
import { type ReactNode, Suspense, useEffect, useState } from 'react'
import type { Permission } from '../api/types.js'
import { useOrganization } from '../organization/organization-queries.js'
import { meOptions } from '../sign-in/who-is-signed-in.js'
import { OrganizationSwitcher } from './organization-switcher.js'
import { PersonMenu } from './person-menu.js'
import { Waiting } from './waiting.js'

interface Place {
  readonly to: `/orgs/$org/${string}`
  readonly label: string
  readonly needs: Permission
}

/** The sidebar, in the order of the work: a key, where it goes, who may use it, what happened. */
const PLACES = [
  { to: '/orgs/$org/secrets', label: 'Secrets', needs: 'secrets:read' },
  { to: '/orgs/$org/services', label: 'API services', needs: 'services:read' },
  { to: '/orgs/$org/apps', label: 'Apps', needs: 'apps:read' },
  { to: '/orgs/$org/analytics', label: 'Analytics', needs: 'access-log:read' },
  { to: '/orgs/$org/access-log', label: 'Access log', needs: 'access-log:read' },
  { to: '/orgs/$org/audit', label: 'Audit trail', needs: 'audit:read' },
  { to: '/orgs/$org/members', label: 'Members', needs: 'members:read' },
  { to: '/orgs/$org/settings', label: 'Organization', needs: 'organization:read' },
] as const satisfies readonly Place[]

/** Around every page of an organization. */
export function OrganizationShell() {
  const { org, name, may } = useOrganization()
  const { pathname } = useLocation()
  return (
    <Shell
      switcher={<OrganizationSwitcher current={name} />}
      sidebar={PLACES.filter(({ needs }) => may(needs)).map(({ to, label }) => (
        <NavLink
          key={to}
          label={label}
          active={pathname.startsWith(to.replace('$org', org))}
          renderRoot={(props) => <Link to={to} params={{ org }} {...props} />}
        />
      ))}
    />
  )
}

/** Around pages that belong to a person and to no organization. */
export function AccountShell() {
  return <Shell switcher={<OrganizationSwitcher current="Organizations" />} sidebar={<AccountPlaces />} />
}

function AccountPlaces() {
  const { pathname } = useLocation()
  return (
    <NavLink
      label="Your account"
      active={pathname === '/account'}
      renderRoot={(props) => <Link to="/account" {...props} />}
    />
  )
}

/** Another tab may have signed somebody else in. Then nothing on this page is about them. */
function useSamePerson(): void {
  const { data: me } = useSuspenseQuery(meOptions)
  const [shownTo] = useState(me.id)
  useEffect(() => {
    if (me.id !== shownTo) window.location.assign('/')
  }, [me.id, shownTo])
}

function Shell({ switcher, sidebar }: { readonly switcher: ReactNode; readonly sidebar: ReactNode }) {
  useSamePerson()
  const [isOpen, { toggle, close }] = useDisclosure()
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 220, breakpoint: 'sm', collapsed: { mobile: !isOpen } }}
      padding="lg"
    >
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap" miw={0}>
            <Burger opened={isOpen} onClick={toggle} hiddenFrom="sm" size="sm" aria-label="Pages" />
            <Text fw={700} component={Link} to="/" c="inherit" visibleFrom="xs">
              ProtectMyAPI
            </Text>
            {switcher}
          </Group>
          <PersonMenu />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" onClick={close}>
        <AppShell.Section grow component={ScrollArea}>
          <nav aria-label="Pages">{sidebar}</nav>
        </AppShell.Section>
      </AppShell.Navbar>
      <AppShell.Main>
        <Suspense fallback={<Waiting />}>
          <Outlet />
        </Suspense>
      </AppShell.Main>
    </AppShell>
  )
}
