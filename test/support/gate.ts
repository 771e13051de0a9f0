import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An HTTP address whose data come when the test says so: a task that reads it runs until then. */
export interface Gate {
  readonly inputSource: { readonly type: 'http'; readonly uris: readonly string[] };
  /** Resolves when somebody has asked for the data. */
  readonly reached: Promise<void>;
  /** Answers whoever asked, and whoever will. */
  open(): void;
  close(): void;
}

/** Opens a gate on loopback in front of some data. */
export async function openGate(data: string): Promise<Gate> {
  const waiting: ServerResponse[] = [];
  let isOpen = false;
  let reach: () => void = () => undefined;
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  const server = createServer((_request, response) => {
    reach();
    if (isOpen) response.end(data);
    else waiting.push(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    inputSource: { type: 'http', uris: [`http://127.0.0.1:${(server.address() as AddressInfo).port}/data.json`] },
    reached,
    open() {
      isOpen = true;
      for (const response of waiting.splice(0)) response.end(data);
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
