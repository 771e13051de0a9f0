import { defineConfig } from 'vitest/config';
import { servicePrograms } from './test/support/service-programs.js';

const services = servicePrograms();
if ('missing' in services) {
  console.warn(
    `SKIPPED: the end-to-end tests on PostgreSQL and S3, as ${services.missing}; scripts/install-test-services.sh installs it`,
  );
}

export default defineConfig({
  test: {
    // End-to-end tests start servers and DuckDB processes; two cores carry two test files at once.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'sqlite+local',
          include: ['src/**/*.test.ts', 'test/*.test.ts', 'test/console/*.test.ts', 'console/src/**/*.test.ts'],
        },
      },
      // What goes through storage runs again on the other pair.
      ...('missing' in services
        ? []
        : [
            {
              extends: true as const,
              test: {
                name: 'postgresql+s3',
                include: [
                  'test/{crash,ingest,input,sql-api,task-api}.test.ts',
                  'test/services/*.test.ts',
                  'test/console/services/*.test.ts',
                ],
                globalSetup: ['test/support/services-setup.ts'],
              },
            },
          ]),
    ],
  },
});
