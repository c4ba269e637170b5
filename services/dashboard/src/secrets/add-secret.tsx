import { Anchor, PasswordInput, Select, Text, TextInput } from '@mantine/core'
import { isNotEmpty, useForm } from '@mantine/form'
import { notifications } from '@mantine/notifications'
import { useMutation, useSuspenseQuery } from '@tanstack/react-query'
import { answerOf, api } from '../api/client.js'
import { FormDialog } from '../kit/form-dialog.js'
import { momentOf } from '../kit/local-moment.js'
import { useRefusedFields } from '../kit/refused-fields.js'
import { useOrganization } from '../organization/organization-queries.js'
import { BindingsFields, NO_BINDINGS } from './bindings-fields.js'
import { ExpiryField } from './expiry-field.js'
import { providerOfName } from './provider-of-name.js'
import { presetsOptions } from './secret-queries.js'

/** Whose bindings a new secret gets: a provider's, or those that are entered. */
const OTHER = 'other'

interface AddSecretProps {
  /** What is known already: a recommended name, and the id of the preset that recommends it. */
  readonly begin?: { readonly name: string; readonly provider: string }
  /** `added`: the new secret's name. Absent where none was added. */
  readonly onClose: (added?: string) => void
}

/** "Add secret": name and value, and where the value may go. */
export function AddSecret({ begin = { name: '', provider: '' }, onClose }: AddSecretProps) {
  const { org } = useOrganization()
  const { data: presets } = useSuspenseQuery(presetsOptions)
  const form = useForm({
    initialValues: { ...begin, value: '', bindings: NO_BINDINGS, expiresAt: '' },
    validate: {
      name: isNotEmpty('Give a name, such as OPENAI_API_KEY.'),
      value: isNotEmpty('Give the provider’s key.'),
      provider: isNotEmpty('Choose where the value may go.'),
    },
  })
  const add = useMutation({
    mutationFn: ({ name, value, provider, bindings, expiresAt }: typeof form.values) =>
      answerOf(
        api.POST('/orgs/{org}/secrets', {
          params: { path: { org } },
          body: {
            name,
            value,
            ...(provider === OTHER ? { bindings } : { preset: provider }),
            expiresAt: momentOf(expiresAt),
          },
        }),
      ),
    onSuccess: ({ name, mask }) => {
      notifications.show({ title: `${name} is stored`, message: `It is encrypted, and shown as ${mask} from now on.` })
      onClose(name)
    },
  })
  useRefusedFields(form, add.error)
  const chosen = presets.find(({ id }) => id === form.values.provider)

  function enterName(name: string): void {
    form.setFieldValue('name', name)
    const known = providerOfName(presets, name)
    // A provider that a person has chosen stays.
    if (known && form.values.provider === '') form.setFieldValue('provider', known.id)
  }

  function choose(provider: string): void {
    form.setFieldValue('provider', provider)
    const recommended = presets.find(({ id }) => id === provider)?.secretName
    if (form.values.name === '' && recommended !== undefined) form.setFieldValue('name', recommended)
  }

  return (
    <FormDialog
      title="Add secret"
      action="Save"
      size="lg"
      isPending={add.isPending}
      problem={add.error}
      onSubmit={form.onSubmit((values) => add.mutate(values))}
      onClose={() => onClose()}
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
        // The one value that browsers do not offer to keep.
        autoComplete="new-password"
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
        error={form.errors.provider ?? form.errors.preset}
        value={form.values.provider}
        onChange={(provider) => choose(provider ?? '')}
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
