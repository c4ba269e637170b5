/** The status of each answer received, and what it said about the connection. */
export function statusesAndConnection(heard: string): string {
  return [...heard.matchAll(/HTTP\/1\.1 (\d+)|^connection: (\S+)/gim)]
    .map(([, status, said]) => status ?? said)
    .join(' ')
}
