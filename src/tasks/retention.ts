import { z } from 'zod';
import { addPeriod, contains, overlaps, parseInterval } from '../segments/index.js';
import type { Interval } from '../segments/segment.js';

const interval = z.string().refine((text) => parseInterval(text) !== undefined, { error: 'is no ISO 8601 interval' });
const period = z
  .string()
  .refine((text) => addPeriod(0, text) !== undefined, { error: 'is no ISO 8601 period such as P1M' });
const includeFuture = z.boolean().nullish();
const load = {
  tieredReplicants: z
    .record(z.string(), z.int().min(1, 'must be 1 at least: what is loaded nowhere cannot be queried'))
    .nullish(),
  useDefaultTierForNull: z.boolean().nullish(),
};

/** A retention rule in Druid's JSON (org.apache.druid.server.coordinator.rules.Rule). */
export const retentionRule = z.discriminatedUnion('type', [
  z.object({ type: z.literal('loadForever'), ...load }),
  z.object({ type: z.literal('loadByInterval'), interval, ...load }),
  z.object({ type: z.literal('loadByPeriod'), period, includeFuture, ...load }),
  z.object({ type: z.literal('dropForever') }),
  z.object({ type: z.literal('dropByInterval'), interval }),
  z.object({ type: z.literal('dropByPeriod'), period, includeFuture }),
  z.object({ type: z.literal('dropBeforeByPeriod'), period }),
]);

export type RetentionRule = z.infer<typeof retentionRule>;

/** What holds where nobody set rules: everything is loaded. */
export const defaultRules: readonly RetentionRule[] = [{ type: 'loadForever', tieredReplicants: { _default_tier: 1 } }];

const eternity = (text: string): Interval => parseInterval(text) ?? { start: -Infinity, end: Infinity };

/** Whether a rule is about a segment of an interval, at a time (`appliesTo` of Druid's rules). */
export function appliesTo(rule: RetentionRule, segment: Interval, now: number): boolean {
  switch (rule.type) {
    case 'loadForever':
    case 'dropForever':
      return true;
    case 'loadByInterval':
      return overlaps(eternity(rule.interval), segment);
    case 'dropByInterval':
      return contains(eternity(rule.interval), segment);
    case 'loadByPeriod': {
      const start = addPeriod(now, rule.period, -1) ?? now;
      return rule.includeFuture === false ? overlaps({ start, end: now }, segment) : start < segment.end;
    }
    case 'dropByPeriod': {
      const start = addPeriod(now, rule.period, -1) ?? now;
      return rule.includeFuture === false ? contains({ start, end: now }, segment) : start <= segment.start;
    }
    case 'dropBeforeByPeriod':
      return segment.end <= (addPeriod(now, rule.period, -1) ?? now);
  }
}

/** Whether rules drop a segment: the first that is about it decides; without any it stays. */
export const isDropped = (rules: readonly RetentionRule[], segment: Interval, now: number): boolean =>
  rules.find((rule) => appliesTo(rule, segment, now))?.type.startsWith('drop') === true;
