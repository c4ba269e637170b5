import { Anchor, Button, Loader, PasswordInput, Stack, Text } from '@mantine/core'
import { useForm } from '@mantine/form'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { asProblem } from '../api/problem.js'
import { ProblemAlert } from '../kit/problem-alert.js'
import { useRefusedFields } from '../kit/refused-fields.js'
import { invitationIn } from '../members/join-link.js'
import { organizationsOptions } from '../organization/organization-queries.js'
import { type Accepter, acceptInvitation } from './accept-invitation.js'
import { FrontPage } from './front-page.js'
import { JoinAs } from './join-as.js'
import { useHandedInvitation } from './use-handed-invitation.js'
import { meOptions } from './who-is-signed-in.js'

/** For people with an invitation. The token may stand in the address's fragment, which no browser sends to a server. */
export function JoinPage() {
  const navigate = useNavigate()
  const client = useQueryClient()
  const me = useQuery(meOptions)
  const form = useForm({
    initialValues: { token: '', hasAccount: false, name: '', email: '', password: '' },
  })
  useHandedInvitation((token) => form.setFieldValue('token', token))
  const accept = useMutation({
    mutationFn: ({ token, ...accepter }: { readonly token: string } & Accepter) => acceptInvitation(token, accepter),
    onSuccess: async ({ organization }, { kind }) => {
      if (kind === 'new') {
        notifications.show({ title: 'You have joined', message: 'Sign in with your e-mail address and your password.' })
        await navigate({ to: '/sign-in', replace: true })
        return
      }
      const own = await client.fetchQuery({ ...organizationsOptions, staleTime: 0 })
      const org = own.find(({ id }) => id === organization)?.slug ?? organization
      await navigate({ to: '/orgs/$org/secrets', params: { org }, replace: true })
    },
  })
  useRefusedFields(form, accept.error)

  function join({ token: handed, hasAccount, name, email, password }: typeof form.values): void {
    const token = invitationIn(handed)
    if (me.data) accept.mutate({ token, kind: 'signed-in' })
    else if (hasAccount) accept.mutate({ token, kind: 'account', email, password })
    else accept.mutate({ token, kind: 'new', name, password })
  }

  if (me.isPending) {
    return (
      <FrontPage title="Accept an invitation">
        <Loader aria-label="Loading" />
      </FrontPage>
    )
  }
  return (
    <FrontPage title="Accept an invitation">
      <form onSubmit={form.onSubmit(join)} noValidate>
        <Stack>
          <PasswordInput
            label="Invitation"
            description="The link that you were sent, or the token in it (pma_inv_…)."
            autoComplete="off"
            data-1p-ignore
            required
            {...form.getInputProps('token')}
          />
          <JoinAs form={form} signedInAs={me.data?.email} />
          {me.error && !asProblem(me.error).isSignedOut ? <ProblemAlert problem={me.error} /> : null}
          <ProblemAlert problem={accept.error} />
          <Button type="submit" loading={accept.isPending}>
            {me.data || !form.values.hasAccount ? 'Join' : 'Sign in and join'}
          </Button>
        </Stack>
      </form>
      {me.data ? null : (
        <Text size="sm">
          You belong to the organization already?{' '}
          <Anchor renderRoot={(props) => <Link to="/sign-in" {...props} />}>Sign in</Anchor>.
        </Text>
      )}
    </FrontPage>
  )
}
