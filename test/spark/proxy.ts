import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { sparkRemote } from './server.js';

/** Stands between a client and the Spark server, and breaks their connections when told to. */
export class Proxy {
  readonly #sockets = new Set<net.Socket>();
  #server: net.Server | undefined;
  #port = 0;
  /** Connections that clients made so far. */
  connections = 0;

  /** Listens, on the same port as before if it has done so already. */
  async listen(): Promise<void> {
    const { hostname, port } = new URL(sparkRemote.replace(/^sc:/, 'http:'));
    this.#server = net.createServer((client) => {
      this.connections += 1;
      const spark = net.connect(Number(port || 15_002), hostname);
      for (const [socket, other] of [
        [client, spark],
        [spark, client],
      ] as const) {
        this.#sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => {
          this.#sockets.delete(socket);
          other.destroy();
        });
        socket.pipe(other);
      }
    });
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  get remote(): string {
    return `sc://127.0.0.1:${this.#port}`;
  }

  /** Breaks every connection that there is. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Breaks every connection and takes no more. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    const closed = once(server, 'close');
    server.close();
    this.cut();
    await closed;
  }
}
