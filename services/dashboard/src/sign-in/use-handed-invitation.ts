import { useEffect } from 'react'
import { invitationIn } from '../members/join-link.js'

/**
 * Takes an invitation out of the address's fragment: when the page opens, and when another link is pasted over it. The
 * browser's history would keep a token for whoever uses the browser next, so it leaves the address at once.
 */
export function useHandedInvitation(take: (token: string) => void): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the form makes a new function for each render.
  useEffect(() => {
    function read(): void {
      const { hash, pathname, search } = window.location
      if (hash === '') return
      window.history.replaceState(window.history.state, '', pathname + search)
      take(invitationIn(hash))
    }
    read()
    window.addEventListener('hashchange', read)
    return () => window.removeEventListener('hashchange', read)
  }, [])
}
