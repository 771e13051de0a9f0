import type { ServiceError } from '@grpc/grpc-js';
import protobuf from 'protobufjs';

/** google.rpc's published messages, in which a server says more of a failure than its text. */
const { root } = protobuf.parse(`
syntax = "proto3";
package google.rpc;
message Any { string type_url = 1; bytes value = 2; }
message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
message ErrorInfo { string reason = 1; string domain = 2; map<string, string> metadata = 3; }
`);

const decode = (type: string, bytes: Uint8Array): Record<string, unknown> => {
  const schema = root.lookupType(`google.rpc.${type}`);
  return schema.toObject(schema.decode(bytes));
};

interface Detail {
  readonly typeUrl?: string;
  readonly value?: Uint8Array;
}

/** The Java class of the exception that the server threw, then those that it extends; empty where it does not tell. */
export function exceptionClasses(error: ServiceError): readonly string[] {
  try {
    const [bytes] = error.metadata.get('grpc-status-details-bin');
    if (!Buffer.isBuffer(bytes)) return [];
    const { details = [] } = decode('Status', bytes) as { readonly details?: readonly Detail[] };
    const info = details.find(({ typeUrl = '' }) => typeUrl.endsWith('google.rpc.ErrorInfo'));
    if (!info?.value) return [];
    const { reason, metadata } = decode('ErrorInfo', info.value) as {
      readonly reason?: string;
      readonly metadata?: Readonly<Record<string, string>>;
    };
    const known = JSON.parse(metadata?.['classes'] ?? '[]') as readonly string[];
    return known.length > 0 || reason === undefined ? known : [reason];
  } catch {
    // What cannot be read tells nothing; the text of the failure is there all the same.
    return [];
  }
}
