import { Button, Menu } from '@mantine/core'
import { useSuspenseQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { organizationsOptions } from '../organization/organization-queries.js'

/** Secrets, services and apps belong to one organization: another one shows different ones. */
export function OrganizationSwitcher({ current }: { readonly current: string }) {
  const { data: organizations } = useSuspenseQuery(organizationsOptions)
  return (
    <Menu position="bottom-start" width={260}>
      <Menu.Target>
        <Button variant="default" size="compact-md" miw={0} aria-label={`Organization: ${current}. Switch`}>
          {current}
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={400} style={{ overflowY: 'auto' }}>
        <Menu.Label>Your organizations</Menu.Label>
        {organizations.map(({ id, slug, name, role }) => (
          <Menu.Item
            key={id}
            rightSection={role}
            renderRoot={(props) => <Link to="/orgs/$org/secrets" params={{ org: slug }} {...props} />}
          >
            {name}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item renderRoot={(props) => <Link to="/new-organization" {...props} />}>New organization</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
