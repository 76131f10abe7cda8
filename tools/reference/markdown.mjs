/** One cell of a table: on one line, with nothing that ends the cell. */
const cell = (text) => String(text).replace(/\s+/g, ' ').replaceAll('|', '\\|').trim();

export const code = (text) => `\`${text}\``;

/** A table, or a sentence where there is nothing to show. */
export function table(head, rows, empty = 'None.') {
  if (rows.length === 0) return empty;
  const line = (cells) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}

/** Several in one cell: `a`, `b`. */
export const codes = (names) => (names.length === 0 ? 'none' : names.map(code).join(', '));

export const sorted = (items, by = ({ id }) => id) => [...items].sort((one, other) => (by(one) < by(other) ? -1 : 1));

/** A page of its blocks, with one empty line between them. */
export const page = (title, ...blocks) => `# ${title}\n\n${blocks.flat().filter(Boolean).join('\n\n')}\n`;
