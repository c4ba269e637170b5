import { z } from 'zod'

/** An answer of management, or the fact that none came. */
export interface Answer {
  readonly startMs: number
  readonly endMs: number
  /** 0 where no answer came. */
  readonly status: number
  /** The code of the problem. */
  readonly code: string
  readonly body: unknown
}

/** A signed-in owner, who may ask either management. */
export interface Operator {
  /** The name of the management that this number selects. */
  nameOf(management: number): string
  /** Never throws, because an outage counts as an answer here. */
  ask(management: number, method: string, path: string, body?: unknown): Promise<Answer>
}

const LIMITS = {
  /** Longer than the horizon, its margin, and the time for which a management may be frozen. */
  answerMs: 15_000,
} as const

const Problem = z.object({ code: z.string() })
const SignedIn = z.object({ token: z.string() })

/** @throws Error where signing in fails. */
export async function signInOperator(
  ports: readonly number[],
  owner: { readonly email: string; readonly password: string },
): Promise<Operator> {
  const signedIn = await ask(ports[0], undefined, 'POST', '/auth/sign-in', owner)
  const { token } = SignedIn.parse(signedIn.body)
  return {
    nameOf: (management) => `management-${(management % ports.length) + 1}`,
    ask: (management, method, path, body) => ask(ports[management % ports.length], token, method, path, body),
  }
}

async function ask(
  port: number | undefined,
  token: string | undefined,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  const startMs = performance.now()
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(LIMITS.answerMs),
    })
    const text = await answer.text()
    const parsed: unknown = text === '' ? undefined : JSON.parse(text)
    const code = answer.ok ? '' : (Problem.safeParse(parsed).data?.code ?? '')
    return { startMs, endMs: performance.now(), status: answer.status, code, body: parsed }
  } catch {
    return { startMs, endMs: performance.now(), status: 0, code: '', body: undefined }
  }
}
