import { Code, NumberInput, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation } from '@tanstack/react-query'
import { answerOf, api } from '../api/client.js'
import type { App } from '../api/types.js'
import { FormDialog } from '../kit/form-dialog.js'
import { useRefusedFields } from '../kit/refused-fields.js'
import { ShownOnce } from '../kit/shown-once.js'
import { useOrganization } from '../organization/organization-queries.js'

interface MakeDebugTokenProps {
  readonly app: App
  readonly onClose: () => void
}

/** Asks for a name and hours, then shows the token, once. */
export function MakeDebugToken({ app, onClose }: MakeDebugTokenProps) {
  const { org } = useOrganization()
  const form = useForm<{ name: string; expiresInHours: number | string }>({
    initialValues: { name: '', expiresInHours: 24 },
  })
  const make = useMutation({
    mutationFn: ({ name, expiresInHours }: typeof form.values) =>
      answerOf(
        api.POST('/orgs/{org}/apps/{app}/debug-tokens', {
          params: { path: { org, app: app.id } },
          body: { name, expiresInHours: Number(expiresInHours) },
        }),
      ),
  })
  useRefusedFields(form, make.error)
  if (make.data) {
    return (
      <ShownOnce title={`Debug token ${make.data.name}`} what="debug token" value={make.data.token} onDone={onClose}>
        A development build exchanges it for a session token, which goes in place of the provider’s key:{' '}
        <Code>{'POST /v1/attest/debug'}</Code> on the proxy, with <Code>{'{"token":"pma_dbg_…"}'}</Code>, answers{' '}
        <Code>{'{"token":"pma_ses_…","expiresAt":…}'}</Code>.
      </ShownOnce>
    )
  }
  return (
    <FormDialog
      title="Make a debug token"
      action="Make"
      isPending={make.isPending}
      problem={make.error}
      onSubmit={form.onSubmit((values) => make.mutate(values))}
      onClose={onClose}
    >
      <TextInput
        label="Name"
        description="Whose phone or build it is for."
        placeholder="Ana’s simulator"
        data-autofocus
        required
        {...form.getInputProps('name')}
      />
      <NumberInput
        label="Hours"
        description="It ends after so many hours: 720 at most, which are 30 days."
        allowDecimal={false}
        allowNegative={false}
        required
        {...form.getInputProps('expiresInHours')}
      />
    </FormDialog>
  )
}
