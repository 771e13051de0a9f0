/** The Spark server of the tests: the one that `npm run spark:up` starts, unless the environment names another. */
export const sparkRemote = process.env.SPARK_REMOTE ?? 'sc://127.0.0.1:15002';
