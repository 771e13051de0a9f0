import { Button } from '@mantine/core';
import { Component, type ReactNode } from 'react';

interface State {
  readonly error?: Error;
}

/** Shows what went wrong in a view instead of an empty page. */
export class Boundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = {};

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <div className="empty" role="alert">
        <h2>This view cannot be shown</h2>
        <p>{error.message}</p>
        <Button
          onClick={() => {
            window.location.reload();
          }}
        >
          Load the page again
        </Button>
      </div>
    );
  }
}
