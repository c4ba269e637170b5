import { randomPassword } from '../../../src/system/local-files.js'
import type { Owner } from '../../../src/system/start-system.js'
import { createRest } from '../rest.js'
import type { TestSystem } from '../start-test-system.js'

/** Invites somebody into organization Demo, who accepts. */
export async function addPerson(
  { owner, org, management }: TestSystem,
  name: string,
  role: 'owner' | 'admin' | 'member',
): Promise<Owner> {
  const person = { email: `${name.toLowerCase()}@demo.example`, password: randomPassword() }
  const { token } = await owner.post<{ token: string }>(`${org}/invitations`, { email: person.email, role })
  await createRest(management).post('/invitations/accept', { token, name, password: person.password })
  return person
}
