import type { FastifyInstance } from 'fastify';
import type { Uploads } from '../storage/uploads.js';
import type { TaskEngine } from '../tasks/index.js';
import { addBrokerRoutes } from './broker-routes.js';
import { addCompactionRoutes } from './compaction-routes.js';
import { addCoordinatorRoutes } from './coordinator-routes.js';
import { addDataSourceRoutes } from './datasource-routes.js';
import { addIntervalRoutes } from './interval-routes.js';
import { addLookupRoutes } from './lookup-routes.js';
import { addMetadataRoutes } from './metadata-routes.js';
import { addMetricsRoutes } from './metrics-routes.js';
import { addNodeRoutes } from './node-routes.js';
import { addOpenApi } from './openapi.js';
import { addPreviewRoutes } from './preview-routes.js';
import { addRulesRoutes } from './rules-routes.js';
import { addSamplerRoutes } from './sampler-routes.js';
import { addSqlRoutes } from './sql-routes.js';
import { addStatementRoutes } from './statement-routes.js';
import { addStatusRoutes } from './status-routes.js';
import { addSupervisorRoutes } from './supervisor-routes.js';
import { addTaskEventRoutes } from './task-event-routes.js';
import { addTaskListRoutes } from './task-list-routes.js';
import { addTaskRoutes } from './task-routes.js';
import { addUploadRoutes } from './upload-routes.js';
import { addWorkerRoutes } from './worker-routes.js';

/** What routes answer from. */
export interface RouteSources {
  /** The task engine, once it is open. */
  readonly engine: () => Promise<TaskEngine>;
  readonly version: string;
  /** Settings by name, for GET /status/properties. */
  readonly properties: () => Readonly<Record<string, string>>;
  readonly uploads: Uploads;
}

/** Adds the whole API, with its OpenAPI document. */
export async function addRoutes(app: FastifyInstance, sources: RouteSources): Promise<void> {
  const { engine, version, properties } = sources;
  await addOpenApi(app, version);
  addMetricsRoutes(app, engine);
  addStatusRoutes(app, version, properties);
  addSqlRoutes(app, engine);
  addStatementRoutes(app, engine);
  addTaskRoutes(app, engine);
  addTaskEventRoutes(app, engine);
  addTaskListRoutes(app, engine);
  addWorkerRoutes(app, engine);
  addSupervisorRoutes(app);
  addCoordinatorRoutes(app, engine);
  addDataSourceRoutes(app, engine);
  addMetadataRoutes(app, engine);
  addSamplerRoutes(app, engine);
  addPreviewRoutes(app, engine);
  addRulesRoutes(app, engine);
  addCompactionRoutes(app, engine);
  addLookupRoutes(app, engine);
  addIntervalRoutes(app, engine);
  addBrokerRoutes(app, engine);
  addNodeRoutes(app, engine);
  addUploadRoutes(app, engine, sources.uploads);
}
