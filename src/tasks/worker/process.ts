import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { type Database, openDatabase } from '../../engine/duckdb/index.js';
import { toFault } from './faults.js';
import { RunningJob } from './job.js';
import { engineMemory } from './memory.js';
import type { FromProcess, Job, ProcessSettings, ToProcess } from './protocol.js';
import { runJob } from './runner.js';

/** The jobs of one DuckDB process and the database that they share. */
export class JobProcess {
  #database: Promise<Database> | undefined;
  #settings: ProcessSettings | undefined;
  readonly #jobs = new Map<string, RunningJob>();

  constructor(readonly send: (message: FromProcess) => void) {}

  async handle(message: Exclude<ToProcess, { type: 'exit' }>): Promise<void> {
    switch (message.type) {
      case 'configure':
        await this.#configure(message.settings);
        break;
      case 'run':
        await this.#run(message.job);
        break;
      case 'allocated':
        this.#jobs.get(message.jobId)?.allocated(message.segments);
        break;
      case 'opened':
        this.#jobs.get(message.jobId)?.opened(message.paths);
        break;
      case 'refused':
        this.#jobs.get(message.jobId)?.refused(message.fault);
        break;
      case 'more':
        this.#jobs.get(message.jobId)?.more();
        break;
      case 'cancel':
        this.#jobs.get(message.jobId)?.cancel();
        break;
    }
  }

  /** Cancels what runs and closes the database, which removes its spill files. */
  async close(): Promise<void> {
    const jobs = [...this.#jobs.values()];
    for (const job of jobs) job.cancel();
    await Promise.all(jobs.map((job) => job.ended));
    (await this.#database)?.close();
    await this.#removeSpilled();
  }

  /** DuckDB removes its files when the last reference to the database goes, which may be later than this process. */
  async #removeSpilled(): Promise<void> {
    if (!this.#settings) return;
    const { spillDirectory } = this.#settings;
    const names = await readdir(spillDirectory).catch(() => []);
    const spilled = names.filter((name) => name.startsWith('duckdb_temp'));
    await Promise.all(spilled.map((name) => rm(path.join(spillDirectory, name), { force: true })));
  }

  async #configure(settings: ProcessSettings): Promise<void> {
    this.#settings = settings;
    this.#database = openDatabase({ ...settings, memoryBytes: engineMemory(settings.memoryBytes) });
    await this.#database;
    this.send({ type: 'ready' });
  }

  async #run(job: Job): Promise<void> {
    if (!this.#database || !this.#settings) throw new Error('A job came before the settings of the process');
    this.send({ type: 'taken', jobId: job.id });
    const running = new RunningJob(job, await this.#database, this.#settings, this.send);
    this.#jobs.set(job.id, running);
    try {
      const summary = await runJob(running);
      this.send({ type: 'done', jobId: job.id, summary });
    } catch (error) {
      const stage = running.progress.currentStage;
      const fault = toFault(error, running.signal.aborted, this.#settings);
      this.send({ type: 'failed', jobId: job.id, fault, ...(stage !== undefined && { stage }) });
    } finally {
      this.#jobs.delete(job.id);
      await running.end();
    }
  }
}
