import type { Interval } from '../segments/segment.js';

/** Who changed a configuration, as the request said (headers X-Druid-Author and X-Druid-Comment). */
export interface AuditInfo {
  readonly author: string;
  readonly comment: string;
  readonly ip: string;
}

/** A change that was made. */
export interface AuditEntry {
  /** What was changed: a datasource, or the name of the configuration. */
  readonly key: string;
  /** The kind of configuration, such as `rules`. */
  readonly type: string;
  readonly auditInfo: AuditInfo;
  readonly payload: unknown;
  /** Milliseconds since 1970. */
  readonly auditTime: number;
}

/** A configuration with the entry of its audit. */
export interface ConfigChange {
  readonly name: string;
  /** Undefined forgets the configuration. */
  readonly payload: unknown;
  readonly audit?: { readonly key: string; readonly type: string; readonly info: AuditInfo };
}

export interface AuditFilter {
  readonly type: string;
  readonly key?: string;
  readonly interval?: Interval;
  readonly count?: number;
}

/** Configurations that operators change while the server runs (Druid's druid_config and druid_audit). */
export interface ConfigStore {
  /** The configuration of a name; undefined when there is none. */
  config(name: string): Promise<unknown>;
  /** Configurations whose names begin with `prefix`, by the rest of their names. */
  configs(prefix: string): Promise<ReadonlyMap<string, unknown>>;
  /** Changes configurations and their audit in one transaction. */
  setConfigs(changes: readonly ConfigChange[]): Promise<void>;
  /** Changes, newest first. */
  audit(filter: AuditFilter): Promise<readonly AuditEntry[]>;
}
