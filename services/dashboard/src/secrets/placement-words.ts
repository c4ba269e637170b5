import type { Placement } from '../api/types.js'

/** A place in a request, such as `header Authorization`. */
export function placementWords(place: Placement): string {
  switch (place.kind) {
    case 'header':
      return `header ${place.name}`
    case 'query':
      return `query ?${place.name}=`
    case 'path':
      return `path ${place.template}`
    case 'basic-user':
      return 'user of Basic authentication'
    case 'basic-password':
      return 'password of Basic authentication'
  }
}
