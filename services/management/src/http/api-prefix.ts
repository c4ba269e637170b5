/** Where all of the REST side is mounted. */
export const API_PREFIX = '/api/v1'
