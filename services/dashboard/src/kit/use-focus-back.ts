import { useEffect, useState } from 'react'

/** For what opens above a page and is unmounted to close: the focus goes back to where it was, not to the page's top. */
export function useFocusBack(): void {
  const [before] = useState(() => document.activeElement)
  useEffect(
    () => () => {
      if (before instanceof HTMLElement) before.focus({ preventScroll: true })
    },
    [before],
  )
}
