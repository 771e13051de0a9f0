import { Option, type Command } from 'commander';
import {
  flagOf,
  readSettings,
  settingDefinitions,
  settingNames,
  variableOf,
  type SettingName,
} from '../server/settings.js';

/** Adds one flag for each setting, and --config. */
export function addSettingFlags(command: Command): Command {
  for (const name of settingNames) {
    const { placeholder, description } = settingDefinitions[name];
    command.addOption(
      new Option(`--${flagOf(name)} <${placeholder}>`, `${description} (${variableOf(name)})`).argParser(
        (value: string) => value,
      ),
    );
  }
  return command.option('--config <file>', 'YAML or JSON file of settings by name, such as `port: 8888`.');
}

/** Adds `millrace server`. */
export function addServerCommand(program: Command, version: string): void {
  addSettingFlags(
    program
      .command('server')
      .description('Start the server; flags win over MILLRACE_* variables, which win over a file.'),
  ).action(async (options: Partial<Record<SettingName, unknown>> & { readonly config?: string }) => {
    const { config, ...flags } = options;
    const settings = readSettings({
      flags,
      environment: process.env,
      ...(config !== undefined && { file: config }),
    });
    // The server's libraries are loaded only for this command: `millrace query` starts quicker without them.
    const { runServer } = await import('../server/run.js');
    await runServer(settings, version);
  });
}
