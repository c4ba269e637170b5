import { type Bindings, normalizeBindings, type Placement } from '@protectmyapi/service-kit/destinations/bindings'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Bindings__Output, Bindings as WireBindings } from './generated/protectmyapi/vault/v1/Bindings.js'
import type { Placement__Output, Placement as WirePlacement } from './generated/protectmyapi/vault/v1/Placement.js'

export function bindingsToWire({ origins, placements, services, name = '' }: Bindings): WireBindings {
  return { origins: [...origins], placements: placements.map(placementToWire), services: [...services], name }
}

/** Returns normalised bindings. @throws Fault INVALID_REQUEST for a placement of unknown kind or out of bounds. */
export function bindingsFromWire(wire: Bindings__Output | null): Bindings {
  return normalizeBindings({
    origins: wire?.origins ?? [],
    placements: (wire?.placements ?? []).map(placementFromWire),
    services: wire?.services ?? [],
    ...(wire?.name ? { name: wire.name } : {}),
  })
}

function placementToWire(placement: Placement): WirePlacement {
  switch (placement.kind) {
    case 'header':
      return { header: placement.name }
    case 'query':
      return { query: placement.name }
    case 'basic-user':
      return { basicUser: true }
    case 'basic-password':
      return { basicPassword: true }
    case 'path':
      return { path: placement.template }
  }
}

function placementFromWire(wire: Placement__Output): Placement {
  switch (wire.kind) {
    case 'header':
      return { kind: 'header', name: wire.header ?? '' }
    case 'query':
      return { kind: 'query', name: wire.query ?? '' }
    case 'basicUser':
      return { kind: 'basic-user' }
    case 'basicPassword':
      return { kind: 'basic-password' }
    case 'path':
      return { kind: 'path', template: wire.path ?? '' }
    default:
      throw new Fault('INVALID_REQUEST', 'a placement of no known kind')
  }
}
