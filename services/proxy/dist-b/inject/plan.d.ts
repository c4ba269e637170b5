import type { Placement } from '@protectmyapi/service-kit/bindings'
import type { InjectedField, Template } from '../routes/route.js'
/** What can be known of an injection before a request comes: made once for a route. */
export interface InjectionPlan {
  readonly headers: readonly {
    readonly name: string
    readonly value: Template
  }[]
  readonly basic: readonly {
    readonly user: Template
    readonly password: Template
  }[]
  readonly query: readonly {
    readonly name: string
    readonly value: Template
  }[]
  readonly path: readonly Template[]
  /** Canonical: whatever the client sends under one of these, in any spelling, goes. */
  readonly replacedHeaders: ReadonlySet<string>
  /** Lower case. */
  readonly replacedQueries: ReadonlySet<string>
  /** Each place where a secret will stand. */
  readonly uses: readonly {
    readonly secretId: string
    readonly placement: Placement
  }[]
}
/** The plan of a route's injection, kept as long as the route is. */
export declare function planOf(injection: readonly InjectedField[]): InjectionPlan
