import { Fieldset, Select, SimpleGrid, Stack, Text, TextInput } from '@mantine/core'
import type { ReactNode } from 'react'
import { AUTH_TYPES, type AuthForm, isAuthType } from './auth-form.js'
import { FieldRowsInput } from './field-rows-input.js'
import { SecretSelect } from './secret-select.js'
import { TemplateInput } from './template-input.js'

interface AuthFieldsProps {
  readonly value: AuthForm
  readonly error: ReactNode
  readonly onChange: (auth: AuthForm) => void
}

/** Where the provider expects its key, and which secret holds it. */
export function AuthFields({ value, error, onChange }: AuthFieldsProps) {
  return (
    <Fieldset legend="Authentication">
      <Stack gap="sm">
        <Select
          label="Auth type"
          description="Where the provider expects its key."
          allowDeselect={false}
          data={Object.entries(AUTH_TYPES).map(([type, label]) => ({ value: type, label }))}
          value={value.type}
          onChange={(type) => isAuthType(type) && onChange({ ...value, type })}
        />
        <FieldsOfType value={value} onChange={onChange} />
        {error ? (
          <Text c="red" size="sm" role="alert">
            {error}
          </Text>
        ) : null}
      </Stack>
    </Fieldset>
  )
}

function FieldsOfType({ value, onChange }: Pick<AuthFieldsProps, 'value' | 'onChange'>) {
  const secret = <SecretSelect value={value.secret} onChange={(name) => onChange({ ...value, secret: name })} />
  switch (value.type) {
    case 'none':
      return (
        <Text size="sm" c="dimmed">
          No secret is put into requests.
        </Text>
      )
    case 'bearer':
      return secret
    case 'header':
    case 'query':
      return (
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <TextInput
            label={value.type === 'header' ? 'Name of the header' : 'Name of the parameter'}
            placeholder={value.type === 'header' ? 'X-Api-Key' : 'key'}
            required
            value={value.name}
            onChange={(event) => onChange({ ...value, name: event.currentTarget.value })}
          />
          {secret}
        </SimpleGrid>
      )
    case 'basic':
      return (
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <TemplateInput
            label="User"
            description="Text, or {{NAME}} of a secret."
            value={value.user}
            onChange={(user) => onChange({ ...value, user })}
          />
          <TemplateInput
            label="Password"
            description="{{NAME}} of a secret, or nothing."
            value={value.password}
            onChange={(password) => onChange({ ...value, password })}
          />
        </SimpleGrid>
      )
    case 'custom':
      return <CustomFields value={value} onChange={onChange} />
  }
}

function CustomFields({ value, onChange }: Pick<AuthFieldsProps, 'value' | 'onChange'>) {
  return (
    <>
      <Text size="sm" c="dimmed">
        Write {'{{NAME}}'} where a secret’s value belongs, such as Bearer {'{{OPENAI_API_KEY}}'}. Upper and lower case
        differ.
      </Text>
      <FieldRowsInput
        legend="Headers"
        about="Put into each request."
        one="header"
        templates
        value={value.headers}
        onChange={(headers) => onChange({ ...value, headers })}
      />
      <FieldRowsInput
        legend="Query"
        about="Replaces what the app sends under the same name."
        one="parameter"
        templates
        value={value.query}
        onChange={(query) => onChange({ ...value, query })}
      />
      <TemplateInput
        label="Path"
        description="Optional. Segments between the base URL and the app’s path, one secret in one of them."
        placeholder="/bot{{TOKEN}}"
        value={value.path}
        onChange={(path) => onChange({ ...value, path })}
      />
    </>
  )
}
