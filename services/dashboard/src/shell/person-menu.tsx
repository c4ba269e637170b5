import { Button, Menu } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { answerOf, api } from '../api/client.js'
import { asProblem } from '../api/problem.js'
import { meOptions } from '../sign-in/who-is-signed-in.js'

export function PersonMenu() {
  const { data: me } = useSuspenseQuery(meOptions)
  const client = useQueryClient()
  const navigate = useNavigate()
  const leave = useMutation({
    mutationFn: () => answerOf(api.POST('/auth/sign-out')),
    onSuccess: async () => {
      await navigate({ to: '/sign-in' })
      // What the next person at this browser must not see.
      client.clear()
    },
    onError: (thrown) =>
      notifications.show({ color: 'red', title: 'You are still signed in', message: asProblem(thrown).message }),
  })
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button
          variant="subtle"
          size="compact-md"
          miw={0}
          maw={160}
          aria-label={`${me.name}, signed in as ${me.email}`}
        >
          {me.name}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{me.email}</Menu.Label>
        <Menu.Item renderRoot={(props) => <Link to="/account" {...props} />}>Your account</Menu.Item>
        <Menu.Item onClick={() => leave.mutate()}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
