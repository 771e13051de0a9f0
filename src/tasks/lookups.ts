import { z } from 'zod';
import type { TableDefinition } from '../sql/catalog.js';
import { VARCHAR, withNullability } from '../sql/types.js';
import type { AuditInfo, ConfigStore } from '../storage/config-store.js';

/** Configurations of lookups are `lookup/<tier>/<lookup>`, with both names encoded. */
const PREFIX = 'lookup/';

/** The tier whose lookups queries see, as on a Druid server that configures no other. */
export const DEFAULT_TIER = '__default';

const values = z.record(z.string(), z.string());

const unsupportedNamespace = z.object({ type: z.string() }).loose();

/** Where a lookup's values come from (LookupExtractorFactory). */
const factory = z.discriminatedUnion(
  'type',
  [
    z.object({ type: z.literal('map'), map: values, isOneToOne: z.boolean().nullish() }).loose(),
    z
      .object({
        type: z.literal('cachedNamespace'),
        extractionNamespace: z.discriminatedUnion(
          'type',
          [
            z.object({ type: z.literal('staticMap'), map: values }).loose(),
            z.object({ type: z.literal('map'), map: values }).loose(),
          ],
          { error: ({ input }) => `of type [${typeOf(input)}] is not supported; staticMap is` },
        ),
      })
      .loose(),
  ],
  { error: ({ input }) => `of type [${typeOf(input)}] is not supported; map and cachedNamespace with a staticMap are` },
);

const typeOf = (input: unknown): string => unsupportedNamespace.safeParse(input).data?.type ?? '';

/** A lookup as Druid's JSON has it (LookupExtractorFactoryMapContainer). */
export const lookupSpec = z.object({
  version: z.string({ error: 'is missing: each version must be greater, as text, than the one before' }),
  lookupExtractorFactory: factory,
});
export type LookupSpec = z.infer<typeof lookupSpec>;

export const lookupTiers = z.record(z.string(), z.record(z.string(), lookupSpec));

/** Lookups by tier and name. */
export type LookupTiers = ReadonlyMap<string, ReadonlyMap<string, LookupSpec>>;

/** An update that Druid refuses. */
export class LookupError extends Error {}

export const valuesOf = ({ lookupExtractorFactory: of }: LookupSpec): Readonly<Record<string, string>> =>
  of.type === 'map' ? of.map : of.extractionNamespace.map;

const configName = (tier: string, lookup: string): string =>
  `${PREFIX}${encodeURIComponent(tier)}/${encodeURIComponent(lookup)}`;

function byTier(configs: ReadonlyMap<string, unknown>): LookupTiers {
  const tiers = new Map<string, Map<string, LookupSpec>>();
  for (const [name, payload] of configs) {
    const [tier = '', lookup = ''] = name.split('/').map(decodeURIComponent);
    const lookups = tiers.get(tier) ?? new Map<string, LookupSpec>();
    tiers.set(tier, lookups.set(lookup, payload as LookupSpec));
  }
  return tiers;
}

/** The lookups of the server: kept in the metadata store, and as a whole in memory. */
export class Lookups {
  #tiers: LookupTiers;
  /** The change that is being made; each waits for the one before. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly configs: ConfigStore,
    tiers: LookupTiers,
  ) {
    this.#tiers = tiers;
  }

  static async open(configs: ConfigStore): Promise<Lookups> {
    return new Lookups(configs, byTier(await configs.configs(PREFIX)));
  }

  /** All lookups; the same object until one changes. */
  get tiers(): LookupTiers {
    return this.#tiers;
  }

  /**
   * Adds lookups and replaces those whose version is greater than what there is; all of them or none.
   * @throws LookupError for a version that is not greater
   */
  update(given: z.infer<typeof lookupTiers>, info: AuditInfo): Promise<void> {
    const all = Object.entries(given).flatMap(([tier, lookups]) =>
      Object.entries(lookups).map(([lookup, spec]) => ({ tier, lookup, spec })),
    );
    return this.#change(async () => {
      for (const { tier, lookup, spec } of all) {
        const known = this.#tiers.get(tier)?.get(lookup);
        if (known && spec.version <= known.version) {
          throw new LookupError(
            `given update for lookup [${tier}]:[${lookup}] can't replace existing spec of version [${known.version}]: ` +
              `its version [${spec.version}] is not greater.`,
          );
        }
      }
      await this.configs.setConfigs(
        all.map(({ tier, lookup, spec }) => ({
          name: configName(tier, lookup),
          payload: spec,
          audit: { key: 'lookups', type: 'lookups', info },
        })),
      );
    });
  }

  /** Removes a lookup, or all of a tier; whether there was any. */
  remove(tier: string, lookup: string | undefined, info: AuditInfo): Promise<boolean> {
    return this.#change(async () => {
      const names = [...(this.#tiers.get(tier)?.keys() ?? [])].filter(
        (name) => lookup === undefined || name === lookup,
      );
      await this.configs.setConfigs(
        names.map((name) => ({
          name: configName(tier, name),
          payload: undefined,
          audit: { key: 'lookups', type: 'lookups', info },
        })),
      );
      return names.length > 0;
    });
  }

  async #change<T>(change: () => Promise<T>): Promise<T> {
    const made = this.#last.then(change);
    this.#last = made.catch(() => undefined);
    const result = await made;
    this.#tiers = byTier(await this.configs.configs(PREFIX));
    return result;
  }
}

/** The tables `lookup.x` that queries see. */
export const lookupTables = (tiers: LookupTiers): readonly TableDefinition[] =>
  [...(tiers.get(DEFAULT_TIER)?.keys() ?? [])].sort().map((name) => ({
    schema: 'lookup',
    name,
    columns: [
      { name: 'k', type: withNullability(VARCHAR, false) },
      { name: 'v', type: withNullability(VARCHAR, false) },
    ],
  }));

/** Rows of a table `lookup.x` with the given columns. */
export function lookupRows(
  tiers: LookupTiers,
  name: string,
  columns: readonly string[],
): readonly (readonly string[])[] {
  const spec = tiers.get(DEFAULT_TIER)?.get(name);
  const entries = Object.entries(spec ? valuesOf(spec) : {});
  return entries.map(([k, v]) => columns.map((column) => (column === 'k' ? k : v)));
}
