import { Accordion, Select, Switch } from '@mantine/core'
import { useForm } from '@mantine/form'
import { notifications } from '@mantine/notifications'
import { useMutation, useSuspenseQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { answerOf, api } from '../api/client.js'
import { FormDialog } from '../kit/form-dialog.js'
import { useRefusedFields } from '../kit/refused-fields.js'
import { slugFrom } from '../kit/slug-from.js'
import { useOrganization } from '../organization/organization-queries.js'
import { AddSecret } from '../secrets/add-secret.js'
import { presetsOptions } from '../secrets/secret-queries.js'
import { AuthFields } from './auth-fields.js'
import { ForwardingFields } from './forwarding-fields.js'
import { IdentityFields } from './identity-fields.js'
import { PresetFacts } from './preset-facts.js'
import { RequestsFields } from './requests-fields.js'
import {
  NEW_SERVICE,
  OTHER_PROVIDER,
  presetForm,
  recommendedSecret,
  SERVICE_RULES,
  settingsOf,
} from './service-form.js'
import { secretNamesOptions } from './service-queries.js'

/** The fields that are shown on demand only. */
const MORE = ['extraHeaders', 'timeoutSeconds', 'timeoutMs', 'bodyMebibytes', 'bodyBytesMax']

/** "Add service": a provider's preset fills everything in; for another provider it is entered. */
export function AddService({ onClose }: { readonly onClose: () => void }) {
  const { org } = useOrganization()
  const { data: presets } = useSuspenseQuery(presetsOptions)
  const { data: secrets } = useSuspenseQuery(secretNamesOptions(org))
  const [isAddingSecret, setIsAddingSecret] = useState(false)
  const form = useForm({ initialValues: NEW_SERVICE, validate: SERVICE_RULES })
  const add = useMutation({
    mutationFn: (values: typeof form.values) =>
      answerOf(
        api.POST('/orgs/{org}/services', {
          params: { path: { org } },
          body: {
            ...settingsOf(values),
            enabled: values.enabled,
            ...(values.preset === OTHER_PROVIDER ? {} : { preset: values.preset }),
          },
        }),
      ),
    onSuccess: ({ name }) => {
      notifications.show({ title: `${name} is added`, message: 'Link it to the apps that may use it.' })
      onClose()
    },
  })
  useRefusedFields(form, add.error)
  const { values } = form
  const preset = presets.find(({ id }) => id === values.preset)

  function choose(id: string): void {
    const chosen = presets.find((one) => one.id === id)
    form.setValues(chosen ? presetForm(chosen, secrets) : { ...NEW_SERVICE, preset: id })
  }

  /** With the secret that was added meanwhile, if it is the one that the preset wants. */
  function goOn(added?: string): void {
    setIsAddingSecret(false)
    const wanted = preset && added !== undefined ? recommendedSecret(preset, [added]) : undefined
    if (wanted !== undefined && values.auth.secret === '') form.setFieldValue('auth.secret', wanted)
  }

  function enterName(name: string): void {
    // The slug follows the name until somebody enters another one.
    if (values.slug === slugFrom(values.name)) form.setFieldValue('slug', slugFrom(name))
    form.setFieldValue('name', name)
  }

  return (
    <>
      <FormDialog
        title="Add API service"
        action="Add"
        size="xl"
        isPending={add.isPending}
        problem={add.error}
        onSubmit={form.onSubmit((entered) => add.mutate(entered))}
        onClose={onClose}
      >
        <Select
          label="Provider"
          description="Fills in the fields below. You can change each of them."
          placeholder="Choose"
          data={[
            ...presets.map(({ id, name }) => ({ value: id, label: name })),
            { value: OTHER_PROVIDER, label: 'Another provider' },
          ]}
          searchable
          openOnFocus={false}
          required
          allowDeselect={false}
          data-autofocus
          error={form.errors.preset}
          value={values.preset === '' ? null : values.preset}
          onChange={(id) => choose(id ?? '')}
        />
        {values.preset === '' ? null : (
          <>
            {preset ? (
              <PresetFacts preset={preset} secrets={secrets} onAddSecret={() => setIsAddingSecret(true)} />
            ) : null}
            <IdentityFields form={form} onName={enterName} />
            <AuthFields
              value={values.auth}
              error={form.errors.auth}
              onChange={(auth) => form.setFieldValue('auth', auth)}
            />
            <RequestsFields form={form} preset={preset} />
            <MoreSettings hasErrors={MORE.some((field) => form.errors[field] !== undefined)}>
              <ForwardingFields form={form} />
            </MoreSettings>
            <Switch
              label="Enabled"
              description="If not, requests are refused until somebody enables it."
              {...form.getInputProps('enabled', { type: 'checkbox' })}
            />
          </>
        )}
      </FormDialog>
      {isAddingSecret && preset ? (
        <AddSecret begin={{ name: preset.secretName, provider: preset.id }} onClose={goOn} />
      ) : null}
    </>
  )
}

/** What is seldom changed. Something wrong in it is not left hidden. */
function MoreSettings({ hasErrors, children }: { readonly hasErrors: boolean; readonly children: ReactNode }) {
  const [opened, setOpened] = useState<string | null>(null)
  return (
    <Accordion variant="contained" value={hasErrors ? 'more' : opened} onChange={setOpened}>
      <Accordion.Item value="more">
        <Accordion.Control>Headers, timeout, size, scrubbing, tracing</Accordion.Control>
        <Accordion.Panel>{children}</Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  )
}
