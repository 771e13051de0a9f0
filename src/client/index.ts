export { MillraceClient, reportValue, taskRows } from './client.js';
export type { QueryOptions, Statement, TaskOutcome, WaitOptions } from './client.js';
export { RequestError, TaskFailure } from './errors.js';
export type { ClientOptions } from './http.js';
export type * from './types.js';
