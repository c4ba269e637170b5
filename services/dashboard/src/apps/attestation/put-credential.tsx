import { PasswordInput, Radio, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { notifications } from '@mantine/notifications'
import { useMutation } from '@tanstack/react-query'
import { answerOf, api } from '../../api/client.js'
import type { Read } from '../../api/read.js'
import type { App, AttestationCredential } from '../../api/types.js'
import { FormDialog } from '../../kit/form-dialog.js'
import { useRefusedFields } from '../../kit/refused-fields.js'
import { useOrganization } from '../../organization/organization-queries.js'
import {
  CREDENTIAL_KINDS,
  CREDENTIAL_RULES,
  type CredentialForm,
  credentialBody,
  NO_CREDENTIAL,
} from './credential-form.js'
import { KeyFileInput } from './key-file-input.js'
import { preconditionFor } from './precondition-for.js'

interface PutCredentialProps {
  readonly app: App
  /** The one that is replaced, if there is one. It cannot be shown. */
  readonly present: Read<AttestationCredential> | null
  readonly onClose: () => void
}

/** What Google gives for verifying Play Integrity: entered whole, and never shown again. */
export function PutCredential({ app, present, onClose }: PutCredentialProps) {
  const { org } = useOrganization()
  const form = useForm<CredentialForm>({
    initialValues: { ...NO_CREDENTIAL, kind: present?.kind ?? NO_CREDENTIAL.kind },
    validate: CREDENTIAL_RULES,
  })
  const put = useMutation({
    mutationFn: (values: CredentialForm) =>
      answerOf(
        api.PUT('/orgs/{org}/apps/{app}/attestation-credential', {
          params: { path: { org, app: app.id }, header: preconditionFor(present) },
          body: credentialBody(values),
        }),
      ),
    onSuccess: () => {
      notifications.show(
        present === null
          ? { title: 'The credential is stored', message: `Play Integrity of ${app.name} is verified with it.` }
          : { title: 'The credential is replaced', message: 'No verification begins with the former one any more.' },
      )
      onClose()
    },
  })
  useRefusedFields(form, put.error)
  return (
    <FormDialog
      title={present === null ? 'Store the Play Integrity credential' : 'Replace the Play Integrity credential'}
      action="Save"
      size="lg"
      isPending={put.isPending}
      problem={put.error}
      onSubmit={form.onSubmit((values) => put.mutate(values))}
      onClose={onClose}
    >
      {present === null ? null : (
        <Text size="sm">
          The present one cannot be shown. Once this is saved, no verification begins with it any more: then revoke it
          at Google.
        </Text>
      )}
      <Radio.Group label="Kind" {...form.getInputProps('kind')}>
        <Stack gap="xs" mt="xs">
          {Object.entries(CREDENTIAL_KINDS).map(([kind, { label, serves }]) => (
            <Radio key={kind} value={kind} label={label} description={serves} />
          ))}
        </Stack>
      </Radio.Group>
      {form.values.kind === 'response-keys' ? (
        <>
          <Text size="sm" c="dimmed">
            Play Console → App integrity → Play Integrity API → Response encryption → Manage and download my response
            encryption keys.
          </Text>
          <PasswordInput
            label="Decryption key"
            description="DECRYPTION_KEY, in base64. It is never shown again."
            autoComplete="new-password"
            data-1p-ignore
            required
            {...form.getInputProps('decryptionKey')}
          />
          <TextInput
            label="Verification key"
            description="VERIFICATION_KEY, in base64."
            required
            spellCheck={false}
            {...form.getInputProps('verificationKey')}
          />
        </>
      ) : (
        <KeyFileInput form={form} />
      )}
    </FormDialog>
  )
}
