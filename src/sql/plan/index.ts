export * from './expression.js';
export { readJsonMembers } from './json-members.js';
export * from './plan.js';
export * from './statement.js';
export * from './walk.js';
