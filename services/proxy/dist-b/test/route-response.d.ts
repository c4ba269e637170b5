import type { ResolveRouteResponse__Output } from '@protectmyapi/protos/generated/directory/v1/ResolveRouteResponse'
/** A directory's answer: one service with one bearer secret. */
export declare function routeResponse(over?: Partial<ResolveRouteResponse__Output>): ResolveRouteResponse__Output
