import { Anchor, PasswordInput, Select, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { notifications } from '@mantine/notifications'
import { useMutation, useSuspenseQuery } from '@tanstack/react-query'
import { answerOf, api } from '../api/client.js'
import { FormDialog } from '../kit/form-dialog.js'
import { useRefusedFields } from '../kit/refused-fields.js'
import { useOrganization } from '../organization/organization-queries.js'
import { BindingsFields, NO_BINDINGS } from './bindings-fields.js'
import { ExpiryField } from './expiry-field.js'
import { momentOf } from './local-moment.js'
import { presetsOptions } from './secret-queries.js'

/** Whose bindings a new secret gets: a provider's, or those that are entered. */
const OTHER = 'other'

/** "Add secret": name and value, and where the value may go. */
export function AddSecret({ onClose }: { readonly onClose: () => void }) {
  const { org } = useOrganization()
  const { data: presets } = useSuspenseQuery(presetsOptions)
  const form = useForm({
    initialValues: { name: '', value: '', provider: '', bindings: NO_BINDINGS, expiresAt: '' },
  })
  const add = useMutation({
    mutationFn: ({ name, value, provider, bindings, expiresAt }: typeof form.values) =>
      answerOf(
        api.POST('/orgs/{org}/secrets', {
          params: { path: { org } },
          body: {
            name,
            value,
            ...(provider === OTHER ? { bindings } : {}),
            ...(provider === OTHER || provider === '' ? {} : { preset: provider }),
            expiresAt: momentOf(expiresAt),
          },
        }),
      ),
    onSuccess: ({ name, mask }) => {
      notifications.show({ title: `${name} is stored`, message: `It is encrypted, and shown as ${mask} from now on.` })
      onClose()
    },
  })
  useRefusedFields(form, add.error)
  const chosen = presets.find(({ id }) => id === form.values.provider)

  function enterName(name: string): void {
    form.setFieldValue('name', name)
    // The recommended names, with or without a suffix such as _PROD.
    const known = presets.find(({ secretName }) => name === secretName || name.startsWith(`${secretName}_`))
    if (known) form.setFieldValue('provider', known.id)
  }

  return (
    <FormDialog
      title="Add secret"
      action="Save"
      size="lg"
      isPending={add.isPending}
      problem={add.error}
      onSubmit={form.onSubmit((values) => add.mutate(values))}
      onClose={onClose}
    >
      <TextInput
        label="Name"
        description="Services refer to it: {{OPENAI_API_KEY}}. Upper and lower case differ. Add _PROD or _DEV to keep environments apart."
        placeholder="OPENAI_API_KEY"
        data-autofocus
        required
        {...form.getInputProps('name')}
        onChange={(event) => enterName(event.currentTarget.value)}
      />
      <PasswordInput
        label="Value"
        description={chosen ? <KeyFrom url={chosen.keyFrom} /> : 'The provider’s API key. It is never shown again.'}
        autoComplete="off"
        data-1p-ignore
        required
        {...form.getInputProps('value')}
      />
      <Select
        label="Provider"
        description="The value goes to this provider only, and only to the place where it expects its key."
        placeholder="Choose"
        data={[
          ...presets.map(({ id, name }) => ({ value: id, label: name })),
          { value: OTHER, label: 'Another provider' },
        ]}
        searchable
        required
        error={form.errors.preset ?? (form.values.provider === OTHER ? undefined : form.errors.bindings)}
        value={form.values.provider}
        onChange={(provider) => form.setFieldValue('provider', provider ?? '')}
      />
      {form.values.provider === OTHER ? (
        <BindingsFields
          value={form.values.bindings}
          error={form.errors.bindings}
          onChange={(bindings) => form.setFieldValue('bindings', bindings)}
        />
      ) : null}
      {chosen ? (
        <Text size="sm" c="dimmed">
          May go to {chosen.bindings.origins.join(', ')}.
        </Text>
      ) : null}
      <ExpiryField {...form.getInputProps('expiresAt')} />
    </FormDialog>
  )
}

function KeyFrom({ url }: { readonly url: string }) {
  return (
    <>
      It is never shown again. Get it from{' '}
      <Anchor href={url} target="_blank" rel="noreferrer" size="xs">
        {url}
      </Anchor>
      .
    </>
  )
}
