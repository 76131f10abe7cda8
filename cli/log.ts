import { type Logger, pino } from 'pino';
import { variables } from './environment.js';

export type { Logger } from 'pino';

/** Values that must never be written, whatever they stand in. Short ones would blank out ordinary words. */
export function secretsOf(env: Readonly<Record<string, string | undefined>>): string[] {
  const values = Object.entries(env).flatMap(([name, value]) => {
    if (value === undefined || !variables[name]?.secret) return [];
    if (name === 'DATABASE_URL')
      return URL.canParse(value) ? [decodeURIComponent(new URL(value).password), new URL(value).password] : [value];
    return value.split(',').map((part) => part.trim());
  });
  return [...new Set(values.filter((value) => value.length >= 8))].sort((a, b) => b.length - a.length);
}

/** JSON, one line per event, with every known secret replaced before it is written. */
export function createLog(options: {
  level: string;
  secrets: readonly string[];
  write: (line: string) => void;
  name: string;
}): Logger {
  const scrub = (line: string): string => options.secrets.reduce((text, secret) => text.replaceAll(secret, '[secret]'), line);
  return pino(
    {
      level: options.level,
      base: { part: options.name },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
    },
    { write: (line: string) => options.write(scrub(line)) },
  );
}
