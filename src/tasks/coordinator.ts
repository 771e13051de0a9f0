import type { Logger } from 'pino';
import { formatSegmentId } from '../segments/index.js';
import type { DataSegment } from '../segments/segment.js';
import type { ConfigStore } from '../storage/config-store.js';
import {
  compactionConfig,
  compactionStatement,
  planCompaction,
  type CompactionCandidate,
  type CompactionConfig,
  type CompactionPlan,
} from './compaction-plan.js';
import type { DataSources } from './data-sources.js';
import type { Overlord } from './overlord.js';
import { defaultRules, isDropped, type RetentionRule } from './retention.js';

/** Names of configurations in the store; a datasource follows. */
export const RULES = 'rules/';
export const COMPACTION = 'compaction/';
const COMPACTED = 'compacted/';
/** Druid's name of the coordinator's dynamic configuration. */
export const COORDINATOR_CONFIG = 'coordinator.config';
/** Druid's name of the rules that hold where a datasource's own say nothing. */
export const DEFAULT_RULES = '_default';
export const COMPACTION_CLUSTER = 'compaction.cluster';

/** Fingerprints of a datasource that are kept. */
const KEPT_FINGERPRINTS = 1_000;

export interface CoordinatorSources {
  readonly configs: ConfigStore;
  readonly dataSources: DataSources;
  readonly overlord: Overlord;
  readonly taskSlots: number;
  /** Milliseconds between two rounds. */
  readonly period: number;
  readonly logger: Logger;
  now(): number;
}

/** A compaction task that this server has started. */
interface RunningCompaction {
  readonly taskId: string;
  readonly candidate: CompactionCandidate;
}

/** Sees to retention rules and automatic compaction, round by round (Druid's coordinator duties). */
export class Coordinator {
  readonly #compacting = new Map<string, RunningCompaction>();
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();

  constructor(readonly sources: CoordinatorSources) {}

  start(): void {
    this.#timer = setInterval(() => {
      this.run().catch((error: unknown) => {
        this.sources.logger.error({ err: error }, 'a round of the coordinator failed');
      });
    }, this.sources.period);
    // A server that ends does not wait for the next round.
    this.#timer.unref();
  }

  /** Runs a round; rounds never overlap. */
  run(): Promise<void> {
    const round = this.#round.then(() => this.#runOnce());
    this.#round = round.catch(() => undefined);
    return round;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#round;
  }

  /** Rules by datasource, with the default ones. */
  async rules(): Promise<ReadonlyMap<string, readonly RetentionRule[]>> {
    const stored = (await this.sources.configs.configs(RULES)) as ReadonlyMap<string, readonly RetentionRule[]>;
    return new Map([[DEFAULT_RULES, defaultRules], ...stored]);
  }

  async compactionConfigs(): Promise<ReadonlyMap<string, CompactionConfig>> {
    const stored = await this.sources.configs.configs(COMPACTION);
    return new Map([...stored].map(([name, config]) => [name, compactionConfig.parse(config)]));
  }

  /** What compaction finds to do, and has done, by datasource that is configured. */
  async compactionPlans(): Promise<ReadonlyMap<string, CompactionPlan>> {
    const plans = new Map<string, CompactionPlan>();
    const visible = await this.sources.dataSources.visible();
    for (const [name, config] of await this.compactionConfigs()) {
      plans.set(name, planCompaction(config, withRows(visible.get(name) ?? []), await this.#done(name)));
    }
    return plans;
  }

  async #runOnce(): Promise<void> {
    const { configs } = this.sources;
    const dynamic = (await configs.config(COORDINATOR_CONFIG)) as { pauseCoordination?: boolean } | undefined;
    if (dynamic?.pauseCoordination) return;
    await this.#retain();
    await this.#noteCompacted();
    await this.#compact();
  }

  async #retain(): Promise<void> {
    const rules = await this.rules();
    const now = this.sources.now();
    for (const [name, segments] of await this.sources.dataSources.used()) {
      const own = [...(rules.get(name) ?? []), ...(rules.get(DEFAULT_RULES) ?? [])];
      const ids = segments.filter(({ interval }) => isDropped(own, interval, now)).map(formatSegmentId);
      if (ids.length === 0) continue;
      const dropped = await this.sources.dataSources.markUnused(name, { kind: 'ids', ids });
      this.sources.logger.info({ dataSource: name, segments: dropped }, 'segments dropped by rule');
    }
  }

  async #done(name: string): Promise<ReadonlySet<string>> {
    return new Set((await this.sources.configs.config(`${COMPACTED}${name}`)) as readonly string[] | undefined);
  }

  /** Remembers what compaction left, so that what cannot become less is not written again and again. */
  async #noteCompacted(): Promise<void> {
    const { overlord, configs, dataSources, logger } = this.sources;
    for (const [name, { taskId, candidate }] of [...this.#compacting]) {
      const status = await overlord.status(taskId);
      if (status?.statusCode === 'RUNNING') continue;
      this.#compacting.delete(name);
      const config = (await this.compactionConfigs()).get(name);
      if (status?.statusCode !== 'SUCCESS') logger.warn({ taskId, dataSource: name }, 'a compaction failed');
      if (!config) continue;
      const left = withRows((await dataSources.visible()).get(name) ?? []);
      const { awaiting } = planCompaction(config, left, new Set());
      const again = awaiting.filter(({ interval }) => interval.start === candidate.interval.start);
      const fingerprints = [...(await this.#done(name)), ...again.map(({ fingerprint }) => fingerprint)];
      await configs.setConfigs([{ name: `${COMPACTED}${name}`, payload: fingerprints.slice(-KEPT_FINGERPRINTS) }]);
    }
  }

  async #slots(): Promise<number> {
    const cluster = (await this.sources.configs.config(COMPACTION_CLUSTER)) as
      { compactionTaskSlotRatio?: number; maxCompactionTaskSlots?: number } | undefined;
    const share = Math.floor(this.sources.taskSlots * (cluster?.compactionTaskSlotRatio ?? 0.1));
    return Math.min(Math.max(1, share), cluster?.maxCompactionTaskSlots ?? Infinity);
  }

  async #compact(): Promise<void> {
    const { overlord, logger } = this.sources;
    const configs = await this.compactionConfigs();
    if (configs.size === 0) return;
    const slots = await this.#slots();
    for (const [name, { awaiting }] of await this.compactionPlans()) {
      const [candidate] = awaiting;
      const config = configs.get(name);
      if (!candidate || !config || this.#compacting.has(name) || this.#compacting.size >= slots) continue;
      // What runs on the datasource has precedence: compaction comes when it is quiet.
      if ((await overlord.list({ dataSource: name, state: 'RUNNING' })).length > 0) continue;
      try {
        const submitted = await overlord.submit({ ...compactionStatement(config, candidate), parameters: [] });
        if (!('taskId' in submitted)) continue;
        this.#compacting.set(name, { taskId: submitted.taskId, candidate });
        logger.info({ taskId: submitted.taskId, dataSource: name }, 'compaction started');
      } catch (error) {
        logger.error({ err: error, dataSource: name }, 'a compaction could not be started');
      }
    }
  }
}

/** Tombstones hold no rows to compact. */
const withRows = (segments: readonly DataSegment[]): readonly DataSegment[] =>
  segments.filter(({ shardSpec }) => shardSpec.type !== 'tombstone');
