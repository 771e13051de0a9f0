import { randomUUID } from 'node:crypto';
import type { ClientReadableStream } from '@grpc/grpc-js';
import type { ConnectClient } from './connect-client.js';
import { isUnknownHandle } from './failures.js';
import type { ExecutePlanResponse, SparkPlan } from './messages.js';

/** Buffered answers are let go of after so many: each release is a call of its own. */
const RELEASE_EVERY = 16;
/** An interruption that comes before the server has begun is lost, so it is repeated, but not at every call. */
const INTERRUPT_EVERY_MS = 250;

/**
 * One execution of a plan. Its answers come in order and each once, however often the stream between here and the server
 * breaks: the server keeps them until they are released, and the client takes up after the last one that it has seen.
 */
export class Execution {
  readonly operationId = randomUUID();
  #lastResponseId: string | undefined;
  #released = false;
  #interruptedAt = 0;

  constructor(
    readonly client: ConnectClient,
    readonly plan: SparkPlan,
  ) {}

  /** The answers up to the end of the execution. Throws gRPC's ServiceError. */
  async *responses(): AsyncGenerator<ExecutePlanResponse, void, undefined> {
    let stream: ClientReadableStream<ExecutePlanResponse> | undefined = this.#start();
    let iterator = stream[Symbol.asyncIterator]() as AsyncIterator<ExecutePlanResponse>;
    let seen = 0;
    try {
      for (;;) {
        // An ended stream without a ResultComplete means that the server wants the client to take up again.
        const next = await this.client.retrying(async () => {
          if (!stream) {
            stream = this.#resume();
            iterator = stream[Symbol.asyncIterator]() as AsyncIterator<ExecutePlanResponse>;
          }
          try {
            return await iterator.next();
          } catch (error) {
            stream = undefined;
            if (!isUnknownHandle(error) || this.#lastResponseId !== undefined) throw error;
            // The request itself was lost on the way.
            stream = this.#start();
            iterator = stream[Symbol.asyncIterator]() as AsyncIterator<ExecutePlanResponse>;
            return iterator.next();
          }
        });
        if (next.done === true) {
          stream = undefined;
          continue;
        }
        const response = next.value;
        this.#lastResponseId = response.responseId ?? this.#lastResponseId;
        if (response.resultComplete) return;
        yield response;
        seen += 1;
        if (seen % RELEASE_EVERY === 0) this.#releaseUntil(response.responseId);
      }
    } finally {
      stream?.cancel();
      await this.release();
    }
  }

  /** Stops the execution on the server, which then fails as canceled. Safe to call again and again. */
  interrupt(): void {
    if (Date.now() - this.#interruptedAt < INTERRUPT_EVERY_MS) return;
    this.#interruptedAt = Date.now();
    this.client
      .call('Interrupt', { interruptType: 'OPERATION_ID', operationId: this.operationId })
      .catch(() => undefined);
  }

  /** Lets the server forget the execution and its answers. */
  async release(): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    // The server gives up executions that nobody asks for by itself, so that a failure here loses nothing.
    await this.client.call('ReleaseExecute', { operationId: this.operationId, releaseAll: {} }).catch(() => undefined);
  }

  #start(): ClientReadableStream<ExecutePlanResponse> {
    return this.client.stream('ExecutePlan', {
      plan: this.plan,
      operationId: this.operationId,
      requestOptions: [{ reattachOptions: { reattachable: true } }],
    });
  }

  #resume(): ClientReadableStream<ExecutePlanResponse> {
    return this.client.stream('ReattachExecute', {
      operationId: this.operationId,
      ...(this.#lastResponseId !== undefined && { lastResponseId: this.#lastResponseId }),
    });
  }

  #releaseUntil(responseId: string | undefined): void {
    if (responseId === undefined || this.#released) return;
    this.client
      .call('ReleaseExecute', { operationId: this.operationId, releaseUntil: { responseId } })
      .catch(() => undefined);
  }
}
