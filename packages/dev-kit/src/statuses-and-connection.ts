/** Of answers as they came: each status, and what was said of the connection. */
export function statusesAndConnection(heard: string): string {
  return [...heard.matchAll(/HTTP\/1\.1 (\d+)|^connection: (\S+)/gim)]
    .map(([, status, said]) => status ?? said)
    .join(' ')
}
