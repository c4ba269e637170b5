const PATH = '/join'

/** What an invited person opens. A fragment stays in the browser: no server's log has it. */
export function joinLink(origin: string, token: string): string {
  return `${origin}${PATH}#${token}`
}

/** The token in what somebody was handed: the token itself, or the whole link. */
export function invitationIn(handed: string): string {
  return handed.slice(handed.indexOf('#') + 1).trim()
}
