/** Path prefix of every REST route. */
export const API_PREFIX = '/api/v1'
