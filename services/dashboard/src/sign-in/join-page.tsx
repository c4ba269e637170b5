import { Button, PasswordInput, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { answerOf, api } from '../api/client.js'
import { ProblemAlert } from '../kit/problem-alert.js'
import { useRefusedFields } from '../kit/refused-fields.js'
import { FrontPage } from './front-page.js'

/** For people with an invitation. The token may stand in the address's fragment, which no browser sends to a server. */
export function JoinPage() {
  const navigate = useNavigate()
  const form = useForm({ initialValues: { token: window.location.hash.slice(1), name: '', password: '' } })
  const accept = useMutation({
    mutationFn: ({ token, name, password }: typeof form.values) =>
      answerOf(
        api.POST('/invitations/accept', {
          // Who has an account signs in and accepts with it, so these are for people without one.
          body: { token, ...(name === '' ? {} : { name }), ...(password === '' ? {} : { password }) },
        }),
      ),
    onSuccess: () => navigate({ to: '/', replace: true }),
  })
  useRefusedFields(form, accept.error)
  return (
    <FrontPage
      title="Accept an invitation"
      about="If you have an account already, sign in first, and leave name and password empty."
    >
      <form onSubmit={form.onSubmit((values) => accept.mutate(values))}>
        <Stack>
          <PasswordInput
            label="Invitation"
            description="Begins with pma_inv_"
            required
            {...form.getInputProps('token')}
          />
          <TextInput label="Your name" autoComplete="name" {...form.getInputProps('name')} />
          <PasswordInput label="Choose a password" autoComplete="new-password" {...form.getInputProps('password')} />
          <ProblemAlert problem={accept.error} />
          <Button type="submit" loading={accept.isPending}>
            Join
          </Button>
        </Stack>
      </form>
    </FrontPage>
  )
}
