export { claimDataDirectory, type DataDirectoryClaim } from './data-directory.js';
export type { DeepStorage, SegmentLocation } from './deep-storage.js';
export { openLocalDeepStorage } from './local-deep-storage.js';
export type * from './metadata-store.js';
export { openMetadataStore } from './sqlite-metadata-store.js';
