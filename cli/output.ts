import pc from 'picocolors';

/** Where a command speaks and what it may assume. Everything of the outside comes in here, so that tests need no process. */
export interface Terminal {
  /** Data. */
  out: (text: string) => void;
  /** Talk. */
  err: (text: string) => void;
  env: Readonly<Record<string, string | undefined>>;
  /** Whether stdout is a terminal. */
  tty: boolean;
  columns: number;
}

export const apiVersion = 'opssentinel.dev/v1';

export interface Envelope {
  apiVersion: typeof apiVersion;
  kind: string;
  items: unknown[];
}

export const envelope = (kind: string, items: readonly unknown[]): Envelope => ({ apiVersion, kind, items: [...items] });

export type Colours = ReturnType<typeof pc.createColors>;

/** Colour only on a terminal that wants it (https://no-color.org), and never the only sign of anything. */
export function coloursFor(terminal: Pick<Terminal, 'env' | 'tty'>): Colours {
  const { NO_COLOR, FORCE_COLOR, TERM } = terminal.env;
  if (NO_COLOR) return pc.createColors(false);
  if (FORCE_COLOR && FORCE_COLOR !== '0') return pc.createColors(true);
  return pc.createColors(terminal.tty && TERM !== 'dumb');
}

export interface Column<Row> {
  title: string;
  of: (row: Row) => string;
}

/** Columns as wide as their widest cell, two spaces between, nothing after the last. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const cells = [columns.map((column) => column.title), ...rows.map((row) => columns.map((column) => oneLine(column.of(row))))];
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => line[index]?.length ?? 0)));
  return cells
    .map((line) =>
      line
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Text of others never moves the cursor or breaks a line. */
// oxlint-disable-next-line no-control-regex
export const oneLine = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');

export const shortened = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length - 1)}…`;

/** Breaks at spaces into lines of at most `width`; a longer word stays whole, so that it can be copied. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** `text` from column `indent` on, further lines below its beginning. */
export const hanging = (text: string, indent: number, columns: number): string =>
  wrapped(text, Math.max(30, columns - indent)).join(`\n${' '.repeat(indent)}`);
