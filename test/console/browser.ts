import { existsSync, mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { useServer, type Suite } from '../support/suite.js';

const executable = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const pictures = fileURLToPath(new URL('../../docs/console/', import.meta.url));

/** Tests of the console need a browser; `scripts/install-browser.sh` installs it. */
export const describeConsole = existsSync(executable) ? describe : describe.skip;
if (!existsSync(executable)) console.warn(`The console is not tested: there is no browser at ${executable}`);

export interface ConsoleSuite extends Suite {
  /** Opens an address of the console in a browser of its own storage. */
  open(address: string, options?: BrowserContextOptions): Promise<Page>;
}

/** A server and a browser for one test file. Errors in the page, and requests that leave the server, fail a test. */
export function useConsole(flags: readonly string[] = []): ConsoleSuite {
  const suite = useServer(flags);
  let browser: Browser | undefined;
  const complaints: string[] = [];
  beforeAll(async () => {
    if (!existsSync(executable)) return;
    browser = await chromium.launch({
      executablePath: executable,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
  });
  afterAll(async () => {
    await browser?.close();
  });
  afterEach(async ({ task }) => {
    for (const context of browser?.contexts() ?? []) {
      if (task.result?.state === 'fail') {
        const file = path.join(tmpdir(), `millrace-console-${task.id}.png`);
        await context.pages()[0]?.screenshot({ path: file });
        console.error(`${task.name}: what the page showed is in ${file}`);
      }
      await context.close();
    }
    expect(complaints.splice(0)).toEqual([]);
  });
  return Object.create(suite, {
    open: {
      value: async (address: string, options: BrowserContextOptions = {}): Promise<Page> => {
        if (!browser) throw new Error('There is no browser');
        const { url } = suite.server;
        const context = await browser.newContext({
          viewport: { width: 1280, height: 800 },
          permissions: ['clipboard-read', 'clipboard-write'],
          reducedMotion: 'reduce',
          ...options,
        });
        const page = await context.newPage();
        page.setDefaultTimeout(20_000);
        page.on('pageerror', (error) => complaints.push(error.stack ?? error.message));
        page.on('request', (request) => {
          const to = request.url();
          if (!to.startsWith(`${url}/`) && !/^(?:blob|data):/.test(to)) complaints.push(`A request left: ${to}`);
        });
        await page.goto(url + address);
        return page;
      },
    },
  }) as ConsoleSuite;
}

/** Takes a picture for docs/console.md, when MILLRACE_SCREENSHOTS asks for it: other runs leave the tree alone. */
export async function picture(page: Page, name: string): Promise<void> {
  if (process.env['MILLRACE_SCREENSHOTS'] === undefined) return;
  mkdirSync(pictures, { recursive: true });
  await page.mouse.move(0, 0);
  await page.screenshot({ path: path.join(pictures, `${name}.png`) });
}

/**
 * Serious and critical violations that axe finds on a page, one text each.
 * @param rules ids of the only rules to check; all when absent
 */
export async function violations(page: Page, rules?: readonly string[]): Promise<readonly string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) {
    await page.evaluate(await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
  }
  return page.evaluate(async (only) => {
    interface Found {
      readonly id: string;
      readonly impact: string;
      readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary: string }[];
    }
    const { axe } = globalThis as unknown as {
      axe: { run(options: object): Promise<{ violations: readonly Found[] }> };
    };
    const { violations: found } = await axe.run({
      resultTypes: ['violations'],
      ...(only && { runOnly: { type: 'rule', values: only } }),
    });
    return found
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
      );
  }, rules);
}

/** Replaces the text of a SQL editor as a user does. */
export async function typeSql(page: Page, sql: string): Promise<void> {
  await page.getByRole('textbox', { name: 'SQL statement' }).click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText(sql);
}
