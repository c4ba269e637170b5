import { TextInput } from '@mantine/core'
import type { UseFormReturnType } from '@mantine/form'
import type { AttestationForm } from './attestation-form.js'
import { ListInput } from './list-input.js'
import { WayFields } from './way-fields.js'

export function FirebaseFields({ form }: { readonly form: UseFormReturnType<AttestationForm> }) {
  return (
    <WayFields
      legend="Firebase App Check"
      about="For apps with Firebase, such as those in Flutter and React Native. Firebase has the phone checked. Delete its debug tokens that nobody needs."
      accepted={form.getInputProps('attestation.firebase.isOn', { type: 'checkbox' })}
      isOn={form.values.attestation.firebase.isOn}
    >
      <TextInput
        label="Project number"
        description="Digits, and not the project ID. Firebase → Project settings → General."
        placeholder="123456789012"
        inputMode="numeric"
        required
        {...form.getInputProps('attestation.firebase.projectNumber')}
      />
      <ListInput
        form={form}
        path="attestation.firebase.appIds"
        label="App IDs"
        description="One per line. Firebase → Project settings → General → Your apps."
        placeholder="1:123456789012:ios:0123456789abcdef"
      />
    </WayFields>
  )
}
