import { useSuspenseQuery } from '@tanstack/react-query'
import { PageHead } from '../kit/page-head.js'
import { meOptions } from '../sign-in/who-is-signed-in.js'
import { PasswordForm } from './password-form.js'
import { PersonalTokens } from './personal-tokens.js'
import { SignIns } from './sign-ins.js'

export function AccountPage() {
  const { data: me } = useSuspenseQuery(meOptions)
  return (
    <>
      <PageHead title="Your account" about={`${me.name}, ${me.email}`} />
      <PasswordForm />
      <SignIns />
      <PersonalTokens />
    </>
  )
}
