export { hadoopSettings, hadoopUri } from './hadoop.js';
export { downloadResuming, type Recovery } from './resume.js';
export { describeS3Error, openS3, s3Library, statusOf, type S3Connection, type S3Credentials } from './s3-client.js';
export {
  copyObject,
  deleteObjects,
  downloadObject,
  listObjects,
  objectSize,
  readObject,
  readObjectHead,
  s3Uri,
  uploadFile,
  writeObject,
  type ListedObject,
  type S3Object,
} from './s3-objects.js';
export { writeBody } from './write-body.js';
