import { Fault } from '@protectmyapi/service-kit/faults'
/**
 * Something that the route rests on was changed between its hand-over and the lease. The request may void its ticket
 * and begin once more with the route; a second time it is what it looks like, UNAVAILABLE.
 */
export class RouteFallen extends Fault {
  constructor(detail) {
    super('UNAVAILABLE', detail)
  }
}
//# sourceMappingURL=lease-source.js.map
