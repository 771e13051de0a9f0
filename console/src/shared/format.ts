const integers = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** `1,234,567` */
export const formatCount = (count: number): string => integers.format(count);

/** `1 row`, `2 rows` */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`;

const byteUnits = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'] as const;

/** Bytes with three digits that count: `1.23 MB`, in powers of 1000. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < byteUnits.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  return `${unit === 0 ? integers.format(value) : value.toPrecision(3)} ${byteUnits[unit] ?? 'B'}`;
}

/** Milliseconds for a reader: `7 ms`, `1.25 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 0) return '–';
  if (milliseconds < 999.5) return `${integers.format(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1_000).toFixed(milliseconds < 10_000 ? 2 : 1)} s`;
  const seconds = Math.round(milliseconds / 1_000);
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`;
}

/** A moment for a reader, in UTC as Druid's times are: `2026-11-24 02:31:07`. */
export function formatTime(iso: string): string {
  const time = new Date(iso);
  return Number.isNaN(time.getTime()) ? iso : time.toISOString().slice(0, 19).replace('T', ' ');
}

/** `1.2 M rows/s` and the like. */
export function formatRate(perSecond: number): string {
  if (!Number.isFinite(perSecond) || perSecond <= 0) return '–';
  if (perSecond >= 1e6) return `${(perSecond / 1e6).toPrecision(3)} M rows/s`;
  if (perSecond >= 1e4) return `${(perSecond / 1e3).toPrecision(3)} k rows/s`;
  return `${integers.format(perSecond)} rows/s`;
}
