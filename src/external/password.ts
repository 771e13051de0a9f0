import { ExternalReadError } from './errors.js';
import type { Password } from './source-spec.js';

/**
 * The value of a Druid PasswordProvider.
 * @param property names it in the error when its environment variable is not set
 * @throws ExternalReadError
 */
export function readPassword(password: Password, property: string): string {
  if (typeof password === 'string') return password;
  if (password.type === 'default') return password.password;
  const value = process.env[password.variable];
  if (value === undefined) {
    throw new ExternalReadError(`Environment variable [${password.variable}] of ${property} is not set`);
  }
  return value;
}
