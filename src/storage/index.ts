export type * from './config-store.js';
export { claimDataDirectory, type DataDirectoryClaim } from './data-directory.js';
export { DeepStorage, type OpenSegments, type SegmentLocation } from './deep-storage.js';
export type * from './file-store.js';
export { openLocalFileStore } from './local-file-store.js';
export type * from './metadata-store.js';
export { openDeepStorage, openMetadataStore, type DeepStoragePlace, type MetadataPlace } from './open-storage.js';
export { openSqliteMetadataStore } from './sqlite-metadata-store.js';
