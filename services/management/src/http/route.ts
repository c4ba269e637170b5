import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { z } from 'zod'
import type { CallOrg, Principal, SignedInPerson } from '../access/principal.js'
import type { OrgPermission, Permission } from '../access/roles.js'
import type { Actor } from '../audit/audit-entry.js'
import type { Snapshot } from '../db/snapshot.js'
import type { Precondition } from './precondition.js'

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** The names between braces in a path: `'/orgs/{org}/apps/{app}'` has `org` and `app`. */
type PathParams<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PathParams<Rest>
  : never

/** A permission within an organization needs `{org}` in the path, and a path with `{org}` needs such a permission. */
export type PermissionFor<Path extends string> =
  'org' extends PathParams<Path> ? OrgPermission : Exclude<Permission, OrgPermission>

/** What a handler is given once everything was checked. */
interface Call<Path extends string, Asked extends Permission, Query, Body, Taken> {
  readonly requestId: string
  /** Recorded by `commitChange` as responsible for the change. On a public route it is the system. */
  readonly actor: Actor
  readonly principal: Asked extends 'public' ? undefined : Asked extends 'in-person' ? SignedInPerson : Principal
  readonly org: Asked extends OrgPermission ? CallOrg : undefined
  /** Shaped like ids, slugs or names; the handler finds out whether they exist. `org` stands here as it was sent. */
  readonly params: Readonly<Record<PathParams<Path>, string>>
  readonly query: Query
  readonly body: Body
  /** For public routes that a signed-in person may use too. @throws Fault if nobody is signed in, or a token acts. */
  authenticate(): Promise<SignedInPerson>
  readonly client: Client
  /** For changes of a single resource: routes with `conditional`. */
  readonly precondition: Precondition
  /** For creations: routes with `once`. */
  readonly claim: Claim
  readonly snapshot: Taken
}

/**
 * Binds the request's `Idempotency-Key` to the thing that is about to be made. It must be the first statement of the
 * transaction that makes the thing, so that a twin of the request waits there and then finds the thing.
 */
export type Claim = (trx: Knex.Transaction, made: string) => Promise<void>

/** The other end of the connection. */
export interface Client {
  /** From X-Forwarded-For only where `PMA_TRUSTED_PROXIES` trusts the sender. */
  readonly address: string
  readonly userAgent: string
  /** Whether the request came over https. */
  readonly secure: boolean
  /** Whether the Host field names this machine: localhost or a loopback address. */
  readonly loopback: boolean
}

export interface Answer<Body> {
  readonly body: Body
  /** Further header fields. */
  readonly headers?: Readonly<Record<string, string>>
  /**
   * The single resource that the answer shows, as its read shows it. The answer then carries its ETag. What follows from
   * the credential and from other members is left out (ADR 8).
   */
  readonly resource?: unknown
  /** For routes that answer `lines`. */
  readonly pages?: AsyncIterable<readonly unknown[]>
  /** Whether the thing was created: the status is then 201 if the route has `orCreated`. For puts. */
  readonly created?: boolean
}

type Shape = z.ZodObject
type Parsed<Schema extends z.ZodType | undefined> = Schema extends z.ZodType ? z.output<Schema> : undefined
type Said<Schema extends z.ZodType | undefined> = Schema extends z.ZodType ? z.input<Schema> : undefined

interface Answers<Shown> {
  readonly status: 200 | 201 | 202 | 204
  /** The status may be 201 as well: when the handler answers `created`. */
  readonly orCreated?: true
  readonly body?: Shown
  /** In place of a body: NDJSON, whose every line is one of these. */
  readonly lines?: z.ZodType
}

interface RouteSpec<
  Path extends string,
  Asked extends Permission,
  Query extends Shape | undefined,
  Body extends z.ZodType | undefined,
  Shown extends z.ZodType | undefined,
  Taken extends Snapshot | undefined,
> {
  readonly method: Method
  /** Below `/api/v1`. */
  readonly path: Path
  readonly summary: string
  /** Details for the OpenAPI document, beyond the summary. */
  readonly description?: string
  /** Required: a route without one does not compile. */
  readonly permission: Asked
  /** A strictObject of strings. Without it, a request with a query is refused. */
  readonly query?: Query
  /** A strictObject. Without it, a request with a body is refused, unless the body is an empty object. */
  readonly body?: Body
  /**
   * A change whose handler checks `precondition` under its lock, against what the resource's read shows. Other changes
   * refuse `If-Match` with a tag before they do anything, because what has no ETag cannot match one. On a read: it shows
   * a single resource, which the end of its path does not tell.
   */
  readonly conditional?: true
  /** A creation that takes an `Idempotency-Key`. */
  readonly once?: {
    /** The parts of the body that tell requests apart: never a secret's value, nor anything derived from one. */
    compared(body: Parsed<Body>): unknown
    /**
     * The answer to the same request sent again: what the first one made, as it is now. `undone`: the first one made
     * nothing in the end, so this one counts as the first. @throws Fault where the thing cannot be shown.
     */
    again(
      call: Call<Path, Asked, Parsed<Query>, Parsed<Body>, Taken>,
      made: string,
    ): Promise<Answer<Said<Shown>> | 'undone'>
  }
  /**
   * Taken before anything else, and closed once the answer has ended. If the caller were looked up first, an attacker
   * who watches the database would be warned of the snapshot (ADR 24).
   */
  readonly snapshot?: () => Promise<Taken>
  /** The answer on success. Only fields that are in its schema are sent. */
  readonly answers: Answers<Shown>
  handle(call: Call<Path, Asked, Parsed<Query>, Parsed<Body>, Taken>): Promise<Answer<Said<Shown>>>
}

/** A route as the router and the OpenAPI document see it. */
export interface Route {
  readonly method: Method
  readonly path: string
  readonly summary: string
  readonly description?: string
  readonly permission: Permission
  readonly query?: Shape | undefined
  readonly body?: z.ZodType | undefined
  readonly snapshot?: () => Promise<Snapshot | undefined>
  readonly conditional?: true
  readonly once?: {
    compared(body: unknown): unknown
    again(call: AnyCall, made: string): Promise<Answer<unknown> | 'undone'>
  }
  readonly answers: Answers<z.ZodType | undefined>
  // A method, not a property, whose parameter is compared bivariantly. Its calls were checked by its own schemas.
  handle(call: AnyCall): Promise<Answer<unknown>>
}

export interface AnyCall {
  readonly requestId: string
  readonly actor: Actor
  readonly principal: Principal | undefined
  readonly org: CallOrg | undefined
  readonly params: Readonly<Record<string, string>>
  readonly query: unknown
  readonly body: unknown
  authenticate(): Promise<SignedInPerson>
  readonly client: Client
  readonly precondition: Precondition
  readonly claim: Claim
  readonly snapshot: Snapshot | undefined
}

/** Declares a route. The router mounts it; the OpenAPI document and the access matrix read it. */
export function route<
  const Path extends string,
  Asked extends PermissionFor<Path>,
  Query extends Shape | undefined = undefined,
  Body extends z.ZodType | undefined = undefined,
  Shown extends z.ZodType | undefined = undefined,
  Taken extends Snapshot | undefined = undefined,
>(spec: RouteSpec<Path, Asked, Query, Body, Shown, Taken>): Route {
  return spec
}

/** The body schema of routes that declare none: nothing, or an empty object. */
export const NoBody = z.strictObject({})
/** The query schema of routes that declare none. */
export const NoQuery = z.strictObject({})
