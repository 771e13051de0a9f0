import type { SparkSession } from '../../src/engine/spark/index.js';

/** The Spark server of the tests: the one that `npm run spark:up` starts, unless the environment names another. */
export const sparkRemote = process.env.SPARK_REMOTE ?? 'sc://127.0.0.1:15002';

/** Whether the server is of a version before 4. */
export const isSpark3 = async (session: SparkSession): Promise<boolean> => (await session.version()).startsWith('3.');
