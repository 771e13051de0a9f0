import { EngineError } from '../../engine/session.js';
import { ExternalDataError } from '../../external/index.js';
import type { ParseProblem } from '../../external/relation.js';
import { PARSE_FAILURE } from '../../external/index.js';
import { FaultError, type Fault } from '../../msq/fault.js';
import { faults } from '../../msq/faults.js';
import { limits } from '../../msq/limits.js';
import type { ProcessSettings } from './protocol.js';

/** A record that could not be parsed, as the failure of a job that accepts none. */
export function unparseableData(problem: ParseProblem, cause?: unknown): FaultError {
  return new FaultError(faults.CannotParseExternalData(describeProblem(problem)), { cause });
}

/** In the words of Druid's ParseException: the reason, then where the record stood. */
export function describeProblem({ reason, source, line, record }: ParseProblem): string {
  const place = `(Path: ${source}${line === undefined ? '' : `, Line: ${line}`})`;
  return `${record === undefined ? reason : `Unable to parse row [${record}]: ${reason}`} ${place}`;
}

const unitBytes = { bytes: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3, TiB: 1024 ** 4 } as const;

/** Bytes that the engine could spill at most, and what it asked for beyond; 0 where its message does not tell. */
function spilled(message: string): { readonly most: number; readonly asked: number } {
  const bytes = (pattern: RegExp): number => {
    const [, number = '0', unit = 'bytes'] = pattern.exec(message) ?? [];
    return Math.round(Number(number) * (unitBytes[unit as keyof typeof unitBytes] ?? 0));
  };
  return {
    most: bytes(/\/([\d.]+) (bytes|[KMGT]iB) used\)/),
    asked: bytes(/of size ([\d.]+) (bytes|[KMGT]iB)/),
  };
}

const firstLine = (text: string): string => text.split('\n')[0] ?? text;

function engineFault(error: EngineError, settings: ProcessSettings): Fault {
  switch (error.kind) {
    case 'interrupted':
      return faults.Canceled();
    case 'memory':
      return {
        ...faults.NotEnoughMemory({
          suggestedServerMemory: 0,
          serverMemory: settings.memoryBytes,
          usableMemory: settings.memoryBytes,
          serverWorkers: 1,
          serverThreads: settings.threads,
          inputWorkers: 1,
          maxConcurrentStages: 1,
        }),
        details: error.message,
      };
    case 'disk': {
      const { most, asked } = spilled(error.message);
      return { ...faults.NotEnoughTemporaryStorageFault(most + asked, most), details: error.message };
    }
    case 'data': {
      const at = error.message.indexOf(PARSE_FAILURE);
      if (at >= 0) return faults.CannotParseExternalData(firstLine(error.message.slice(at)));
      return faults.QueryRuntimeError(error.message);
    }
    case 'unsupported':
      return faults.QueryNotSupported(`The engine cannot run this query: ${firstLine(error.message)}`);
    case 'lost':
      return faults.WorkerFailed('spark', error.message);
    case 'internal':
      return faults.UnknownError(error.message);
  }
}

/** Any failure of a job as a fault; whatever a canceled job meets is its cancellation. */
export function toFault(error: unknown, canceled: boolean, settings: ProcessSettings): Fault {
  if (canceled) return faults.Canceled();
  if (error instanceof FaultError) return error.fault;
  if (error instanceof ExternalDataError) return faults.CannotParseExternalData(error.message);
  if (error instanceof EngineError) return engineFault(error, settings);
  return faults.UnknownError(error instanceof Error ? error.message : String(error));
}

/** More input files than the workers may read, as a failure that tells how many workers would do. */
export function tooManyInputFiles(count: number): FaultError {
  const most = limits.inputFilesPerWorker;
  return new FaultError(faults.TooManyInputFiles(count, most, Math.ceil(count / most)));
}
