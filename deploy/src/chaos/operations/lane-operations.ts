import { DISABLE_APP, DISABLE_SERVICE, NARROW_PATHS, UNLINK } from './away-and-back.js'
import { DELETE_APP } from './delete-app.js'
import { DELETE_ORGANIZATION } from './delete-organization.js'
import { DELETE_SECRET_IN_USE, FORCE_DELETE_SECRET } from './delete-secret.js'
import { DELETE_SERVICE } from './delete-service.js'
import { EXPIRE_SECRET } from './expire-secret.js'
import type { LaneOperation } from './lane-operation.js'
import { REPLACE_VALUE } from './replace-value.js'
import { RETIRE_SECRET } from './retire-secret.js'
import { REPLACE_APP_TOKEN, REVOKE_DEBUG_TOKEN, REVOKE_DEVICE, REVOKE_SESSION } from './revocations.js'

/** A deck: each operation is dealt as often as it is listed here, before the deck is shuffled again. */
export const LANE_OPERATIONS: readonly LaneOperation[] = [
  REPLACE_VALUE,
  REPLACE_VALUE,
  REPLACE_VALUE,
  REPLACE_VALUE,
  UNLINK,
  UNLINK,
  DISABLE_APP,
  DISABLE_SERVICE,
  NARROW_PATHS,
  DELETE_APP,
  DELETE_SERVICE,
  DELETE_SECRET_IN_USE,
  FORCE_DELETE_SECRET,
  RETIRE_SECRET,
  EXPIRE_SECRET,
  REVOKE_SESSION,
  REVOKE_SESSION,
  REVOKE_DEVICE,
  REVOKE_DEBUG_TOKEN,
  REPLACE_APP_TOKEN,
]

/** Operations for the lane that has an organization of its own. */
export const GUEST_OPERATIONS: readonly LaneOperation[] = [...LANE_OPERATIONS, DELETE_ORGANIZATION, DELETE_ORGANIZATION]
