/** What to look at, under the words by which people know the problem. */
export interface Advice {
  readonly title: string
  readonly steps: readonly string[]
}

const SECRET_NOT_FOUND: Advice = {
  title: 'Secret not found',
  steps: [
    'Check the spelling of the secret’s name: upper and lower case differ.',
    'Check that the secret exists in this organization.',
    'Choose the secret again in this API service.',
  ],
}

const INVALID_KEY: Advice = {
  title: 'Invalid API key',
  steps: [
    'The secret’s value may be wrong: replace it with a fresh key from the provider.',
    'Check that the key works directly with the provider.',
  ],
}

const UNAUTHORIZED: Advice = {
  title: 'Unauthorized',
  steps: [
    'Check that the auth type is what the provider asks for.',
    'Check the name of the header.',
    'Some providers need additional headers, such as the id of an organization: add them under Extra headers.',
  ],
}

/** The part of the documentation’s troubleshooting that fits the answer. */
export function adviceFor(answer: {
  readonly status: number
  readonly contentType: string | null
  readonly body: string | null
}): readonly Advice[] {
  switch (codeOf(answer)) {
    case 'SECRET_NOT_FOUND':
      return [SECRET_NOT_FOUND]
    // The provider's 401. It says neither whether the key is wrong or only its place.
    case 'UPSTREAM_REJECTED_KEY':
      return [INVALID_KEY, UNAUTHORIZED]
    case 'UPSTREAM_FORBIDDEN':
      return [UNAUTHORIZED]
    case undefined:
      return answer.status === 401 || answer.status === 403 ? [INVALID_KEY, UNAUTHORIZED] : []
    default:
      return []
  }
}

/** Of a refusal by the proxy. Providers' own answers seldom have one, and none of ours. */
function codeOf({ contentType, body }: { readonly contentType: string | null; readonly body: string | null }) {
  if (body === null || !contentType?.startsWith('application/problem+json')) return undefined
  try {
    const problem: unknown = JSON.parse(body)
    const isCoded = typeof problem === 'object' && problem !== null && 'code' in problem
    return isCoded ? problem.code : undefined
  } catch {
    return undefined
  }
}
