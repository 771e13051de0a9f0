import { useQuery } from '@tanstack/react-query';
import { queryObjects } from '../api/sql.js';
import { catalogOf, catalogQuery, emptyCatalog, type Catalog, type ColumnRow } from './catalog.js';

/** Key of the catalogue in the query cache: what changes datasources invalidates it. */
export const catalogKey = ['catalog'] as const;

/** The server's tables and columns; empty until they are there. */
export function useCatalog(): { readonly catalog: Catalog; readonly isLoading: boolean; readonly error: Error | null } {
  const { data, isLoading, error } = useQuery({
    queryKey: catalogKey,
    queryFn: async ({ signal }) => catalogOf(await queryObjects<ColumnRow>(catalogQuery, [], signal)),
    staleTime: 30_000,
  });
  return { catalog: data ?? emptyCatalog, isLoading, error };
}
