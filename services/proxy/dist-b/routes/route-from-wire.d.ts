import type { LimitScope__Output } from '@protectmyapi/protos/generated/directory/v1/LimitScope'
import type { ResolveRouteResponse__Output } from '@protectmyapi/protos/generated/directory/v1/ResolveRouteResponse'
import type { LimitScope, Route } from './route.js'
/** What all requests of one app to one service share. */
export type SharedRoute = Omit<Route, 'notAfter'>
/** The directory's answer as the pipeline uses it, compiled once. @throws Fault INTERNAL where it cannot be read. */
export declare function routeFromWire(wire: ResolveRouteResponse__Output): SharedRoute
/** @throws Fault INTERNAL for a scope that is not known here: a limit that is left out fails open. */
export declare function scopeFromWire(wire: LimitScope__Output): LimitScope
