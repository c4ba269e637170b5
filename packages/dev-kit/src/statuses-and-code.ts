/**
 * What a raw connection was answered, by HTTP/1.1: every status, then the code of our problem where there is one, e.g.
 * `200 400 INVALID_REQUEST`. Empty where nothing was answered.
 */
export function statusesAndCode(answers: string): string {
  const statuses = [...answers.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => status)
  return [...statuses, /"code":"(\w+)"/.exec(answers)?.[1]].join(' ').trim()
}
