/** One stored log line. */
export interface StoredLine {
  /** Nanoseconds since the epoch: more than a number holds. */
  at: bigint;
  line: string;
  metadata: Record<string, string>;
}

export interface StoredStream {
  labels: Record<string, string>;
  lines: StoredLine[];
}

/** What is stored, by labels. */
export interface Streams {
  find: (labels: Record<string, string>) => StoredStream | undefined;
  /** `false`: the very same line stands there already, and it was dropped. */
  add: (labels: Record<string, string>, line: StoredLine) => boolean;
  all: () => readonly StoredStream[];
  /** How many were dropped as the same again. */
  dropped: () => number;
  clear: () => void;
}

export function createStreams(): Streams {
  const streams = new Map<string, StoredStream>();
  let dropped = 0;
  return {
    find: (labels) => streams.get(named(labels)),
    add: (labels, line) => {
      const key = named(labels);
      const stream = streams.get(key) ?? { labels, lines: [] };
      streams.set(key, stream);
      // contracts 3.3: identical (ts, line) are dropped; pkg/chunkenc/unordered.go compares the structured metadata as well.
      if (stream.lines.some((one) => one.at === line.at && one.line === line.line && isSame(one.metadata, line.metadata))) {
        dropped += 1;
        return false;
      }
      stream.lines.push(line);
      return true;
    },
    all: () => [...streams.values()],
    dropped: () => dropped,
    clear: () => {
      streams.clear();
      dropped = 0;
    },
  };
}

/** As Loki writes labels: `{env="prod", service_name="opssentinel"}`. */
export const named = (labels: Record<string, string>): string =>
  `{${Object.entries(labels)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(', ')}}`;

const isSame = (one: Record<string, string>, other: Record<string, string>): boolean => named(one) === named(other);
