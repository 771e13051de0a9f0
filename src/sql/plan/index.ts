export * from './expression.js';
export { withIntermediates } from './intermediate-aggregates.js';
export { readJsonMembers } from './json-members.js';
export * from './plan.js';
export * from './statement.js';
export * from './walk.js';
