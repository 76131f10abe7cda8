/** What is asked of IAM: one right on one resource, with the keys that the service puts beside it. */
export interface Asked {
  action: string;
  resource: string;
  context: Readonly<Record<string, readonly string[]>>;
}

export interface Statement {
  Sid: string;
  Effect: 'Allow' | 'Deny';
  Principal?: { AWS?: string[]; Service?: string[] };
  Action?: string[];
  NotAction?: string[];
  Resource?: string[];
  NotResource?: string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

export interface Policy {
  Version: string;
  Statement: Statement[];
}

/** As IAM decides over these policies together: an explicit refusal outweighs everything, and what nobody allows is refused. */
export function allows(policies: readonly Policy[], asked: Asked): boolean {
  const fitting = policies.flatMap(({ Statement: all }) => all).filter((statement) => fits(statement, asked));
  return fitting.some(({ Effect }) => Effect === 'Allow') && !fitting.some(({ Effect }) => Effect === 'Deny');
}

export function fits(statement: Statement, { action, resource, context }: Asked): boolean {
  const { Action, NotAction, Resource, NotResource, Condition = {} } = statement;
  const named = Action ? anyLike(Action, action) : !anyLike(NotAction ?? [], action);
  const there = NotResource ? !anyLike(NotResource, resource) : anyLike(Resource ?? ['*'], resource);
  return named && there && Object.entries(Condition).every(([operator, keys]) => holds(operator, keys, context));
}

function holds(operator: string, keys: Record<string, string | string[]>, context: Asked['context']): boolean {
  return Object.entries(keys).every(([key, wanted]) => {
    const values = [wanted].flat();
    const given = context[key];
    const matches = (value: string): boolean => (operator.endsWith('Equals') ? values.includes(value) : anyLike(values, value));
    switch (operator) {
      case 'StringEquals':
      case 'StringLike':
      case 'ArnLike':
        return given?.length === 1 && matches(given[0] ?? '');
      case 'ForAnyValue:StringEquals':
        return (given ?? []).some(matches);
      // IAM takes it for true where the key is not there at all.
      case 'ForAllValues:StringEquals':
        return (given ?? []).every(matches);
      default:
        throw new Error(`The operator ${operator} is not known to this test.`);
    }
  });
}

const anyLike = (patterns: readonly string[], text: string): boolean => patterns.some((pattern) => like(pattern, text));

/** `*` is any text, `?` any one character; a letter is that letter. */
export const like = (pattern: string, text: string): boolean =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    's',
  ).test(text);
