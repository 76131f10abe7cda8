import type { Variables } from '../domain/variable.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Values by name, with every `<NAME>_FILE` read and put under `<NAME>`. Empty values count as unset. */
export function resolveFiles(
  env: Environment,
  variables: Variables,
  readFile: (path: string) => string,
): { values: Record<string, string>; problems: string[] } {
  const values: Record<string, string> = {};
  const problems: string[] = [];
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && value !== '') values[name] = value;
  }
  for (const [name, variable] of Object.entries(variables)) {
    const path = values[`${name}_FILE`];
    if (!variable.secret || path === undefined || Object.hasOwn(variables, `${name}_FILE`)) continue;
    if (values[name] !== undefined) {
      problems.push(`${name}: both ${name} and ${name}_FILE are set; keep one of them`);
      continue;
    }
    try {
      values[name] = readFile(path).replace(/\r?\n$/, '');
      if (values[name] === '') problems.push(`${name}_FILE: ${path} is empty`);
    } catch (error) {
      problems.push(
        `${name}_FILE: cannot read ${path} (${(error as NodeJS.ErrnoException).code ?? 'error'}); check the path and its rights`,
      );
    }
  }
  return { values, problems };
}

/** Variables that begin like ours and are none: most likely a slip of the pen. */
export function unknownOwn(env: Environment, variables: Variables): string[] {
  return Object.keys(env).filter((name) => {
    if (!name.startsWith('OPSSENTINEL_') || Object.hasOwn(variables, name)) return false;
    const base = name.replace(/_FILE$/, '');
    return !(base !== name && variables[base]?.secret === true);
  });
}

/** How a value may be shown. A database address keeps its host. */
export function redact(name: string, value: string, variables: Variables): string {
  if (variables[name]?.secret === false) return value;
  if (name !== 'DATABASE_URL') return 'set (not shown)';
  try {
    const url = new URL(value);
    return `${url.protocol}//${url.host}${url.pathname}`;
  } catch {
    return 'set (not shown)';
  }
}
