import { Link } from 'wouter';

export function NotFound() {
  return (
    <div className="empty">
      <h2>There is no such page</h2>
      <p>
        The address may be misspelt. Go to the <Link href="/query">query view</Link>.
      </p>
    </div>
  );
}
