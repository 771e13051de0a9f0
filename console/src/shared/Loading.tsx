import { Loader } from '@mantine/core';

/** A quiet sign that something is on its way. */
export function Loading({ label = 'Loading' }: { readonly label?: string }) {
  return (
    <div className="empty" role="status">
      <Loader size="sm" type="dots" color="gray" aria-hidden />
      <span className="visually-hidden">{label}</span>
    </div>
  );
}
