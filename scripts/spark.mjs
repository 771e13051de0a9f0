#!/usr/bin/env node
// A real Spark Connect server for development and CI: fetches Spark once, starts it in local-cluster mode with two
// executor processes, and stops it. Needs Java 17 and pip (Spark comes in pyspark's package), and Maven for Spark 3.5,
// whose package lacks the Connect server.
//
//   node scripts/spark.mjs up [--version 3.5.6] | down | status | home
//
// `home` tells where it lies. Beside Spark's jars, in the folder `hdfs`, are those of an HDFS for the tests.
//
// Environment: SPARK_DIRECTORY (default ~/.cache/millrace-spark), SPARK_VERSION, SPARK_PORT (default 15002), SPARK_JAVA_OPTIONS (of the JVMs).
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const [, , commandName, ...flags] = process.argv;
const versionFlag = flags.indexOf('--version');
const version = (versionFlag >= 0 ? flags[versionFlag + 1] : undefined) ?? process.env.SPARK_VERSION ?? '4.1.4';
const directory = path.resolve(process.env.SPARK_DIRECTORY ?? path.join(os.homedir(), '.cache', 'millrace-spark'));
const port = Number(process.env.SPARK_PORT ?? 15_002);
const home = path.join(directory, `spark-${version}`);
const runDirectory = path.join(directory, `run-${port}`);
const pidFile = path.join(runDirectory, 'pid');
const logFile = path.join(runDirectory, 'spark.log');
// A cold start takes half a minute on an idle machine, and many times that on a busy one.
const START_TIMEOUT_MS = 300_000;

const EXECUTORS = 2;
const EXECUTOR_CORES = 1;
const EXECUTOR_MEMORY_MB = 1024;
const DRIVER_MEMORY = '2g';
// Small data in development: the optimizing compiler would cost more than the work it makes faster.
const JAVA_OPTIONS = process.env.SPARK_JAVA_OPTIONS ?? '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC';

function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], ...options });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}`);
}

function fetchArtifact(artifact, target) {
  run('mvn', [
    '-q',
    'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy',
    `-Dartifact=${artifact}`,
    `-DoutputDirectory=${target}`,
  ]);
}

/**
 * Up to 3.5 the Connect server is a package of its own. It stands apart from Spark's jars, because both have classes of
 * the same names, of which Spark's must be found first.
 */
const fetchConnect = (target) => fetchArtifact(`org.apache.spark:spark-connect_2.12:${version}`, target);

function hadoopVersionOf(spark) {
  const hadoop = readdirSync(path.join(spark, 'jars')).find((name) => name.startsWith('hadoop-client-api-'));
  return hadoop?.slice('hadoop-client-api-'.length, -'.jar'.length);
}

/** Hadoop's small cluster of one process, and what it lacks, for the tests of input from HDFS. */
function fetchHdfs() {
  const target = path.join(home, 'hdfs');
  const work = `${target}-${process.pid}`;
  if (existsSync(target)) return;
  const minicluster = `org.apache.hadoop:hadoop-client-minicluster:${hadoopVersionOf(home)}`;
  try {
    for (const artifact of [minicluster, 'junit:junit:4.13.2', 'org.hamcrest:hamcrest-core:1.3']) {
      fetchArtifact(artifact, work);
    }
    renameSync(work, target);
  } catch (error) {
    rmSync(work, { recursive: true, force: true });
    console.warn(`There will be no HDFS for the tests: ${error.message}`);
  }
}

/** Hadoop's file system for S3, of the version of Hadoop that Spark has; a cluster without it uses shared directories. */
function fetchS3(spark) {
  const hadoopVersion = hadoopVersionOf(spark);
  const sdk = { '3.4.2': '2.29.52' }[hadoopVersion];
  if (sdk === undefined) return;
  const project = path.join(spark, 's3-pom.xml');
  const dependency = (group, artifact, version, rest = '') =>
    `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version>${rest}</dependency>`;
  // Of the SDK, which as a whole has 600 MB, what the file system uses.
  const all = '<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>';
  writeFileSync(
    project,
    `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
    <groupId>millrace</groupId><artifactId>spark-s3</artifactId><version>1</version><dependencies>
    ${dependency('org.apache.hadoop', 'hadoop-aws', hadoopVersion, all)}
    ${['s3', 's3-transfer-manager', 'sts', 'kms'].map((name) => dependency('software.amazon.awssdk', name, sdk)).join('\n')}
    </dependencies></project>`,
  );
  const target = path.join(spark, 's3');
  try {
    run('mvn', [
      '-q',
      '-f',
      project,
      'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies',
      `-DoutputDirectory=${target}`,
      '-DincludeScope=runtime',
    ]);
  } catch (error) {
    rmSync(target, { recursive: true, force: true });
    console.warn(`Spark will have no file system for S3: ${error.message}`);
  }
}

/** Takes Spark's jars and scripts out of pyspark's package; Python is needed for nothing else. */
function fetchSpark() {
  if (existsSync(path.join(home, 'jars'))) return;
  const work = path.join(directory, `fetch-${process.pid}`);
  mkdirSync(work, { recursive: true });
  try {
    console.log(`fetching pyspark ${version} …`);
    run('python3', [
      '-m',
      'pip',
      'download',
      '--quiet',
      '--no-deps',
      '--no-binary',
      ':all:',
      '--dest',
      work,
      `pyspark==${version}`,
    ]);
    const archive = readdirSync(work).find((name) => name.endsWith('.tar.gz'));
    if (!archive) throw new Error('pip downloaded no source package of pyspark');
    run('tar', ['-xzf', path.join(work, archive), '-C', work, '--exclude=*/examples', '--exclude=*/connect-repl']);
    const unpacked = path.join(work, archive.replace(/\.tar\.gz$/, ''), 'deps');
    if (version.startsWith('3.')) fetchConnect(path.join(unpacked, 'connect'));
    fetchS3(unpacked);
    renameSync(unpacked, home);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function runningPid() {
  if (!existsSync(pidFile)) return undefined;
  const pid = Number(readFileSync(pidFile, 'utf8'));
  try {
    process.kill(pid, 0);
    return pid;
  } catch {
    return undefined;
  }
}

function isListening() {
  return new Promise((resolve) => {
    const socket = net.connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

const settings = {
  'spark.connect.grpc.binding.address': '127.0.0.1',
  'spark.connect.grpc.binding.port': port,
  'spark.driver.host': '127.0.0.1',
  'spark.driver.bindAddress': '127.0.0.1',
  'spark.driver.memory': DRIVER_MEMORY,
  'spark.executor.memory': `${EXECUTOR_MEMORY_MB}m`,
  'spark.driver.extraJavaOptions': JAVA_OPTIONS,
  'spark.executor.extraJavaOptions': JAVA_OPTIONS,
  'spark.local.dir': path.join(runDirectory, 'local'),
  'spark.sql.warehouse.dir': path.join(runDirectory, 'warehouse'),
  'spark.ui.enabled': 'false',
  // Small data in development: a shuffle into two hundred parts would take longer than the work.
  'spark.sql.shuffle.partitions': EXECUTORS * EXECUTOR_CORES * 2,
  'spark.connect.progress.reportInterval': '250ms',
  // Nobody looks at what has been: by default a thousand plans and more would fill the driver's memory.
  'spark.sql.ui.retainedExecutions': 10,
  'spark.ui.retainedJobs': 20,
  'spark.ui.retainedStages': 20,
  'spark.ui.retainedTasks': 200,
  'spark.connect.ui.retainedSessions': 5,
  'spark.connect.ui.retainedStatements': 10,
};

async function up() {
  if (runningPid() !== undefined && (await isListening())) {
    console.log(`Spark is running: sc://127.0.0.1:${port}`);
    return;
  }
  fetchSpark();
  fetchHdfs();
  mkdirSync(runDirectory, { recursive: true });
  const log = openSync(logFile, 'w');
  // On the class path of both: given by --jars, executors load it by another class loader than what it works with.
  const apart = ['connect', 's3'].map((name) => path.join(home, name)).filter((folder) => existsSync(folder));
  const classPath = [path.join(home, 'jars'), ...apart].map((folder) => path.join(folder, '*')).join(':');
  const classPaths =
    apart.length > 0 ? { 'spark.driver.extraClassPath': classPath, 'spark.executor.extraClassPath': classPath } : {};
  const child = spawn(
    path.join(home, 'bin', 'spark-submit'),
    [
      '--class',
      'org.apache.spark.sql.connect.service.SparkConnectServer',
      '--name',
      'millrace-spark-connect',
      '--master',
      `local-cluster[${EXECUTORS},${EXECUTOR_CORES},${EXECUTOR_MEMORY_MB}]`,
      ...Object.entries({ ...settings, ...classPaths }).flatMap(([key, value]) => ['--conf', `${key}=${value}`]),
      'spark-internal',
    ],
    {
      cwd: runDirectory,
      detached: true,
      stdio: ['ignore', log, log],
      // Spark would be a client of the address that the tests are given.
      env: {
        ...process.env,
        SPARK_REMOTE: undefined,
        SPARK_HOME: home,
        SPARK_LOCAL_IP: '127.0.0.1',
        SPARK_NO_DAEMONIZE: '1',
      },
    },
  );
  child.unref();
  writeFileSync(pidFile, String(child.pid));
  let exited = false;
  child.once('exit', () => {
    exited = true;
  });
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await isListening())) {
    if (exited || Date.now() > deadline) {
      await down();
      throw new Error(`Spark did not start; the end of ${logFile}:\n${readFileSync(logFile, 'utf8').slice(-3000)}`);
    }
    await sleep(250);
  }
  console.log(`Spark ${version} is running: sc://127.0.0.1:${port} (log: ${logFile})`);
}

async function down() {
  const pid = runningPid();
  if (pid !== undefined) {
    // The server leads a process group of its own, to which its executors belong.
    for (const signal of ['SIGTERM', 'SIGKILL']) {
      try {
        process.kill(-pid, signal);
      } catch {
        break;
      }
      const deadline = Date.now() + 10_000;
      while (runningPid() !== undefined && Date.now() < deadline) await sleep(100);
      if (runningPid() === undefined) break;
    }
  }
  rmSync(pidFile, { force: true });
  rmSync(path.join(runDirectory, 'local'), { recursive: true, force: true });
}

const commands = {
  up,
  down,
  home: async () => console.log(home),
  status: async () =>
    console.log(
      runningPid() !== undefined && (await isListening()) ? `running: sc://127.0.0.1:${port}` : 'not running',
    ),
};
const command = commands[commandName];
if (!command) {
  console.error('usage: node scripts/spark.mjs up [--version VERSION] | down | status | home');
  process.exit(2);
}
command().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
