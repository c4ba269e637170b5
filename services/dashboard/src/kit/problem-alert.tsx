import { Alert, List, Text } from '@mantine/core'
import { asProblem, type Problem } from '../api/problem.js'

/** What went wrong, and what to do. Nothing is shown while nothing is wrong. `problem`: whatever was thrown. */
export function ProblemAlert({ problem }: { readonly problem: unknown }) {
  if (problem === null || problem === undefined) return null
  const told = asProblem(problem)
  return (
    <Alert color="red" variant="light" title={titleOf(told)} role="alert">
      {told.details.length === 0 ? (
        told.message
      ) : (
        // All of them: a form may have no field for what is wrong.
        <List size="sm">
          {told.details.map((detail) => (
            <List.Item key={detail}>{detail}</List.Item>
          ))}
        </List>
      )}
      <Text size="xs" c="dimmed" mt={4}>
        {[told.code, told.requestId && `request ${told.requestId}`].filter(Boolean).join(' · ')}
      </Text>
    </Alert>
  )
}

function titleOf({ title, status, details }: Problem): string {
  if (title !== undefined) return title
  if (details.length > 0) return 'Check what you entered'
  return status !== undefined && status < 500 ? 'This was refused' : 'This did not work'
}
