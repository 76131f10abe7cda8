/** A policy document of the simulated world, as IAM writes one. */
export interface SimulatedPolicy {
  Statement: readonly {
    Effect: 'Allow' | 'Deny';
    Action?: string | readonly string[];
    NotAction?: string | readonly string[];
    Resource?: string | readonly string[];
    NotResource?: string | readonly string[];
    Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
  }[];
}

export type SimulatedDecision = 'allowed' | 'implicitDeny' | 'explicitDeny';

/** One action on one resource, with the keys of the request. */
export interface SimulatedAsk {
  action: string;
  resource: string;
  context: ReadonlyMap<string, readonly string[]>;
}

type Statement = SimulatedPolicy['Statement'][number];

/** What documents of one kind say together (IAM user guide, "Policy evaluation logic"): one refusal outweighs everything. */
export function decisionOf(policies: readonly SimulatedPolicy[], asked: SimulatedAsk): SimulatedDecision {
  const fitting = policies.flatMap(({ Statement: all }) => all).filter((statement) => fits(statement, asked));
  if (fitting.some(({ Effect }) => Effect === 'Deny')) return 'explicitDeny';
  return fitting.length > 0 ? 'allowed' : 'implicitDeny';
}

function fits(statement: Statement, { action, resource, context }: SimulatedAsk): boolean {
  const { Action, NotAction, Resource, NotResource, Condition = {} } = statement;
  const named = Action === undefined ? !anyLike(NotAction ?? [], action, 'i') : anyLike(Action, action, 'i');
  const there = NotResource === undefined ? anyLike(Resource ?? '*', resource) : !anyLike(NotResource, resource);
  return named && there && Object.entries(Condition).every(([operator, keys]) => holds(operator, keys, context));
}

function holds(operator: string, keys: NonNullable<Statement['Condition']>[string], context: SimulatedAsk['context']): boolean {
  return Object.entries(keys).every(([key, wanted]) => {
    const given = context.get(key.toLowerCase()) ?? [];
    const matches = (value: string): boolean =>
      operator.endsWith('Equals') ? [wanted].flat().includes(value) : anyLike(wanted, value);
    if (operator.startsWith('ForAllValues:')) return given.every(matches);
    // A key that is not given meets no condition.
    return given.some(matches);
  });
}

/** `*` is any text, `?` any one character. */
function anyLike(patterns: string | readonly string[], text: string, flags = ''): boolean {
  return [patterns].flat().some((pattern) => {
    const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
    return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, `s${flags}`).test(text);
  });
}
