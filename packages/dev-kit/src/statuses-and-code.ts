/**
 * What a raw HTTP/1.1 connection received: every status, then the fault code of the problem document if there is one,
 * such as `200 400 INVALID_REQUEST`. Empty if nothing was received.
 */
export function statusesAndCode(answers: string): string {
  const statuses = [...answers.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => status)
  return [...statuses, /"code":"(\w+)"/.exec(answers)?.[1]].join(' ').trim()
}
