export type * from './config-store.js';
export { claimDataDirectory, type DataDirectoryClaim } from './data-directory.js';
export { DeepStorage, type OpenSegments, type SegmentLocation } from './deep-storage.js';
export type * from './file-store.js';
export { openLocalFileStore } from './local-file-store.js';
export type * from './metadata-store.js';
export { openMetadataStore } from './sqlite-metadata-store.js';
