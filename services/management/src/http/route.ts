import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { z } from 'zod'
import type { CallOrg, Principal, SignedInPerson } from '../access/principal.js'
import type { OrgPermission, Permission } from '../access/roles.js'
import type { Actor } from '../audit/audit-entry.js'
import type { Snapshot } from '../db/snapshot.js'
import type { Precondition } from './precondition.js'

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** Names between braces: `'/orgs/{org}/apps/{app}'` has `org` and `app`. */
type PathParams<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PathParams<Rest>
  : never

/** A permission within an organization needs `{org}` in the path, and a path with `{org}` needs such a permission. */
export type PermissionFor<Path extends string> =
  'org' extends PathParams<Path> ? OrgPermission : Exclude<Permission, OrgPermission>

/** What a handler is given once everything was checked. */
interface Call<Path extends string, Asked extends Permission, Query, Body, Taken> {
  readonly requestId: string
  /** Who answers for what is done, for `commitChange`. A public route's actor is the system, acting for a stranger. */
  readonly actor: Actor
  readonly principal: Asked extends 'public' ? undefined : Asked extends 'in-person' ? SignedInPerson : Principal
  readonly org: Asked extends OrgPermission ? CallOrg : undefined
  /** Shaped like an id or a slug; whether they exist is the handler's to find. `org` is in here as it was written. */
  readonly params: Readonly<Record<PathParams<Path>, string>>
  readonly query: Query
  readonly body: Body
  /** For public routes that some take as a signed-in person. @throws Fault where nobody is, or a token acts. */
  authenticate(): Promise<SignedInPerson>
  readonly client: Client
  /** For changes of a single resource, which say `conditional`. */
  readonly precondition: Precondition
  /** For creations, which say `once`. */
  readonly claim: Claim
  readonly snapshot: Taken
}

/**
 * Binds the request's `Idempotency-Key` to what is about to be made. First of all in the transaction that makes it, so
 * that a twin of the request waits there and finds it.
 */
export type Claim = (trx: Knex.Transaction, made: string) => Promise<void>

/** The other end of the connection. */
export interface Client {
  /** As `PMA_TRUSTED_PROXIES` lets it be believed. */
  readonly address: string
  readonly userAgent: string
  /** The request came over https. */
  readonly secure: boolean
  /** The host it asked for is this machine. */
  readonly loopback: boolean
}

export interface Answer<Body> {
  readonly body: Body
  /** Further header fields. */
  readonly headers?: Readonly<Record<string, string>>
  /** The single resource that the answer shows, as its read does: its ETag goes along. */
  readonly resource?: unknown
  /** For routes that answer `lines`. */
  readonly pages?: AsyncIterable<readonly unknown[]>
  /** 201 in place of the route's status: for puts, which create or change. */
  readonly created?: boolean
}

type Shape = z.ZodObject
type Parsed<Schema extends z.ZodType | undefined> = Schema extends z.ZodType ? z.output<Schema> : undefined
type Said<Schema extends z.ZodType | undefined> = Schema extends z.ZodType ? z.input<Schema> : undefined

interface Answers<Shown> {
  readonly status: 200 | 201 | 202 | 204
  /** 201 as well, where the handler says that it created. */
  readonly orCreated?: true
  readonly body?: Shown
  /** In place of a body: NDJSON, one of these in each line. */
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
  /** More than the summary, for the OpenAPI document. */
  readonly description?: string
  /** Required: a route without one does not compile. */
  readonly permission: Asked
  /** A strictObject of strings. Without it, no query is taken. */
  readonly query?: Query
  /** A strictObject. Without it, no body is taken. */
  readonly body?: Body
  /**
   * A change whose handler checks `precondition` under its lock, against what the resource's read shows. Elsewhere
   * `If-Match` with a tag is refused before anything is done: what has no ETag cannot match one.
   */
  readonly conditional?: true
  /** A creation that takes an `Idempotency-Key`. */
  readonly once?: {
    /** What of the body tells one request from another: never a value of a secret, nor anything made of one. */
    compared(body: Parsed<Body>): unknown
    /**
     * The answer to the same request again: what the first one made, as it is now. `undone`: it came to nothing, so
     * this request is the first. @throws Fault where it cannot be shown.
     */
    again(
      call: Call<Path, Asked, Parsed<Query>, Parsed<Body>, Taken>,
      made: string,
    ): Promise<Answer<Said<Shown>> | 'undone'>
  }
  /**
   * Taken first of all, and closed once the answer has ended: what is read of who asks would warn whoever watches the
   * database that it is about to be read (ADR 24).
   */
  readonly snapshot?: () => Promise<Taken>
  /** The answer of success. It is presented through this schema: what is not in it stays private. */
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
  // A method, not a property: the checked call that it is given is the one that its own schemas made.
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

/** Declares a route. It is a value: the router mounts it, the OpenAPI document and the access matrix read it. */
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

/** The body of routes that take none: nothing, or an empty object. */
export const NoBody = z.strictObject({})
/** The query of routes that take none. */
export const NoQuery = z.strictObject({})
