import { ApiError } from './http.js';

/** A file that the server took in. */
export interface UploadedFile {
  readonly id: string;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** The input source that reads it. */
  readonly inputSource: { readonly type: 'local'; readonly files: readonly string[] };
}

/**
 * Hands a file in. An XMLHttpRequest, as fetch does not tell how much was sent.
 * @throws ApiError; an AbortError when the signal fires
 */
export function uploadFile(file: File, onProgress: (sent: number) => void, signal: AbortSignal): Promise<UploadedFile> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', `/millrace/v1/uploads?name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.responseType = 'text';
    request.upload.onprogress = ({ loaded }) => {
      onProgress(loaded);
    };
    request.onload = () => {
      if (request.status === 201) {
        resolve(JSON.parse(request.responseText) as UploadedFile);
        return;
      }
      const { errorMessage = request.responseText } = JSON.parse(request.responseText || '{}') as {
        errorMessage?: string;
      };
      reject(new ApiError(errorMessage, request.status));
    };
    request.onerror = () => {
      reject(new ApiError(`${file.name} could not be handed to the server`, 0));
    };
    request.onabort = () => {
      reject(new DOMException('The upload was stopped', 'AbortError'));
    };
    signal.addEventListener('abort', () => {
      request.abort();
    });
    request.send(file);
  });
}
