import type { AuditEntry, AuditFilter, ConfigStore } from '../storage/config-store.js';
import { readCount, readInterval } from './request.js';

/** The query of a history: an interval, or how many of the newest entries. */
export interface HistoryQuery {
  readonly interval?: string;
  readonly count?: string;
}

export const historyQuery = {
  interval: 'ISO 8601 interval of the changes',
  count: 'how many of the newest changes',
} as const;

/** A change in Druid's JSON (AuditEntry): the payload is JSON as text. */
export const auditJson = ({ key, type, auditInfo, payload, auditTime }: AuditEntry): object => ({
  key,
  type,
  auditInfo,
  payload: JSON.stringify(payload),
  auditTime: new Date(auditTime).toISOString(),
});

/** @throws DruidError 400 for a bad interval or count */
export async function readHistory(
  configs: ConfigStore,
  filter: Pick<AuditFilter, 'type' | 'key'>,
  query: HistoryQuery,
): Promise<readonly AuditEntry[]> {
  const count = readCount('count', query.count);
  return configs.audit({
    ...filter,
    ...(query.interval !== undefined && { interval: readInterval('interval', query.interval) }),
    ...(count !== undefined && { count }),
  });
}
