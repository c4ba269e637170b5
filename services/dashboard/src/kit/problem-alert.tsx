import { Alert, Text } from '@mantine/core'
import { asProblem } from '../api/problem.js'

/** What went wrong, and what to do. Nothing is shown while nothing is wrong. `problem`: whatever was thrown. */
export function ProblemAlert({ problem }: { readonly problem: unknown }) {
  if (problem === null || problem === undefined) return null
  const { title, message, code, requestId } = asProblem(problem)
  return (
    <Alert color="red" variant="light" title={title} role="alert">
      {message}
      <Text size="xs" c="dimmed" mt={4}>
        {code}
        {requestId === undefined ? '' : ` · request ${requestId}`}
      </Text>
    </Alert>
  )
}
