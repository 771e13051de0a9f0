import { setTimeout as delay } from 'node:timers/promises';
import { Client, type ClientReadableStream, credentials, Metadata } from '@grpc/grpc-js';
import type { SparkAddress } from './address.js';
import { isTransient } from './failures.js';
import { decode, encode, type ExecutePlanResponse, type MethodName, methods } from './messages.js';

const CLIENT_TYPE = 'millrace';
const MAX_MESSAGE_BYTES = 256 * 1024 * 1024;
/** Pauses before the tries after a broken connection, milliseconds; then the server counts as lost. */
const RETRY_PAUSES_MS = [100, 300, 900, 2_000];
const CALL_TIMEOUT_MS = 60_000;

/** A connection to a Spark Connect server: one session's calls, retried when the connection broke. */
export class ConnectClient {
  readonly #client: Client;
  readonly #metadata = new Metadata();
  readonly #userId: string;
  readonly #clientType: string;
  /** The server's own id of the session, once it is known. */
  serverSideSessionId: string | undefined;

  constructor(
    address: SparkAddress,
    readonly sessionId: string,
  ) {
    const { host, port, useSsl, token, headers } = address;
    this.#client = new Client(`${host}:${port}`, useSsl ? credentials.createSsl() : credentials.createInsecure(), {
      'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
      // A server that vanished without closing its connections is noticed by the pings that it does not answer.
      'grpc.keepalive_time_ms': 15_000,
      'grpc.keepalive_timeout_ms': 10_000,
      'grpc.keepalive_permit_without_calls': 0,
    });
    if (token !== undefined) this.#metadata.set('authorization', `Bearer ${token}`);
    for (const [name, value] of Object.entries(headers)) this.#metadata.set(name, value);
    this.#userId = address.userId ?? CLIENT_TYPE;
    this.#clientType = address.userAgent ?? CLIENT_TYPE;
  }

  #request(method: MethodName, fields: object): Buffer {
    return encode(methods[method][0], {
      sessionId: this.sessionId,
      userContext: { userId: this.#userId, userName: this.#userId },
      clientType: this.#clientType,
      // A server that was started again must not take the request for the beginning of a session without settings.
      ...(this.serverSideSessionId !== undefined &&
        method !== 'ReleaseSession' && { clientObservedServerSideSessionId: this.serverSideSessionId }),
      ...fields,
    });
  }

  /** A call with one answer. Throws gRPC's ServiceError. */
  async call(method: Exclude<MethodName, 'ExecutePlan' | 'ReattachExecute'>, fields: object): Promise<object> {
    const request = this.#request(method, fields);
    return this.retrying(
      () =>
        new Promise<object>((resolve, reject) => {
          this.#client.makeUnaryRequest(
            `/spark.connect.SparkConnectService/${method}`,
            (bytes: Buffer) => bytes,
            (bytes: Buffer) => decode(methods[method][1], bytes),
            request,
            this.#metadata,
            { deadline: Date.now() + CALL_TIMEOUT_MS },
            (error, answer) => {
              if (error) reject(error);
              else resolve(answer ?? {});
            },
          );
        }),
    );
  }

  /** A call that answers by a stream, which holds the server back while nobody reads. */
  stream(method: 'ExecutePlan' | 'ReattachExecute', fields: object): ClientReadableStream<ExecutePlanResponse> {
    return this.#client.makeServerStreamRequest(
      `/spark.connect.SparkConnectService/${method}`,
      (bytes: Buffer) => bytes,
      (bytes: Buffer) => decode(methods[method][1], bytes),
      this.#request(method, fields),
      this.#metadata,
    );
  }

  /** Does work again while the connection breaks, a few times. */
  async retrying<T>(work: () => Promise<T>): Promise<T> {
    for (const pause of RETRY_PAUSES_MS) {
      try {
        return await work();
      } catch (error) {
        if (!isTransient(error)) throw error;
        await delay(pause);
      }
    }
    return work();
  }

  close(): void {
    this.#client.close();
  }
}
