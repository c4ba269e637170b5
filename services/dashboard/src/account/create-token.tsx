import { Alert, MultiSelect, NumberInput, Radio, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation, useSuspenseQuery } from '@tanstack/react-query'
import { answerOf, api } from '../api/client.js'
import { FormDialog } from '../kit/form-dialog.js'
import { useRefusedFields } from '../kit/refused-fields.js'
import { ShownOnce } from '../kit/shown-once.js'
import { organizationsOptions } from '../organization/organization-queries.js'
import { NEW_TOKEN, organizationsRefusal, scopesRefusal, tokenBody } from './new-token.js'
import { givesAwayRoles } from './scopes.js'
import { ScopesFields } from './scopes-fields.js'

/** "Create token": what it may do, where, how long; then the token, once. */
export function CreateToken({ onClose }: { readonly onClose: () => void }) {
  const { data: organizations } = useSuspenseQuery(organizationsOptions)
  const form = useForm({
    initialValues: NEW_TOKEN,
    validate: {
      scopes: (_scopes, values) => scopesRefusal(values),
      organizations: (_organizations, values) => organizationsRefusal(values),
    },
  })
  const create = useMutation({
    mutationFn: (values: typeof form.values) => answerOf(api.POST('/auth/tokens', { body: tokenBody(values) })),
  })
  useRefusedFields(form, create.error)
  if (create.data) {
    const { name, token } = create.data
    return <ShownOnce title={`Personal access token ${name}`} what="token" value={token} onDone={onClose} />
  }
  const { reach, scopes } = form.values
  return (
    <FormDialog
      title="Create a personal access token"
      action="Create"
      size="lg"
      isPending={create.isPending}
      problem={create.error}
      onSubmit={form.onSubmit((values) => create.mutate(values))}
      onClose={onClose}
    >
      <TextInput
        label="Name"
        description="What it is for, such as the script and the machine."
        placeholder="deploy on ci"
        data-autofocus
        required
        {...form.getInputProps('name')}
      />
      <ScopesFields
        value={scopes}
        error={form.errors.scopes}
        onChange={(chosen) => form.setFieldValue('scopes', chosen)}
      />
      {givesAwayRoles(scopes) ? (
        <Alert color="yellow" variant="light" title="This token can give away roles">
          Who has it can give somebody a role as high as yours. Create it only for a script that manages members.
        </Alert>
      ) : null}
      <Radio.Group
        label="Which organizations"
        value={reach}
        onChange={(chosen) => form.setFieldValue('reach', chosen === 'all' ? 'all' : 'chosen')}
      >
        <Stack gap="xs" mt="xs">
          <Radio value="chosen" label="Those that I choose" />
          <Radio value="all" label="All that I belong to, now or later" />
        </Stack>
      </Radio.Group>
      {reach === 'chosen' ? (
        <MultiSelect
          label="Chosen organizations"
          data={organizations.map(({ id, name, slug }) => ({ value: id, label: `${name} (${slug})` }))}
          searchable
          required
          {...form.getInputProps('organizations')}
        />
      ) : null}
      <NumberInput
        label="Days"
        description="It ends after so many days: 366 at most."
        min={1}
        max={366}
        clampBehavior="none"
        allowDecimal={false}
        required
        {...form.getInputProps('expiresInDays')}
      />
    </FormDialog>
  )
}
