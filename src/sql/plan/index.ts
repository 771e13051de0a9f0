export * from './expression.js';
export * from './plan.js';
export * from './statement.js';
export * from './walk.js';
