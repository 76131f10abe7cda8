import type { SimulatedDocument } from './documents.js';
import type { Scope } from './wire.js';

interface Problem {
  code: string;
  message: string;
}

const invalid = (message: string): Problem => ({ code: 'InvalidAutomationExecutionParametersException', message });

/** What SSM would refuse in a StartAutomationExecution, in its limits: 36 characters of token, 5 tags, lists of at most 512 characters. */
export function parameterProblem(document: SimulatedDocument, body: Record<string, unknown>, scope: Scope): Problem | undefined {
  const {
    ClientToken: token,
    Tags: tags,
    Parameters: given = {},
  } = body as { ClientToken?: string; Tags?: unknown[]; Parameters?: Record<string, unknown> };
  if (token !== undefined && !/^[a-f0-9]{8}(-[a-f0-9]{4}){3}-[a-f0-9]{12}$/i.test(token))
    return { code: 'ValidationException', message: "Value at 'clientToken' failed to satisfy constraint" };
  if ((tags?.length ?? 0) > 5)
    return { code: 'ValidationException', message: "Value at 'tags' failed to satisfy constraint: at most 5" };
  for (const [name, values] of Object.entries(given)) {
    const declared = document.parameters.get(name);
    if (!declared) return invalid(`Parameter "${name}" is not declared by ${document.name}.`);
    if (!Array.isArray(values) || values.some((value) => typeof value !== 'string'))
      return { code: 'SerializationException', message: 'Expected a list of strings' };
    if (values.some((value: string) => value.length > 512))
      return { code: 'ValidationException', message: 'A parameter value is too long.' };
    if (values.some((value: string) => declared.pattern && !declared.pattern.test(value)))
      return invalid(`Parameter "${name}" does not match its allowed pattern.`);
  }
  const missing = [...document.parameters].find(([name, { required }]) => required && !(name in given));
  if (missing) return invalid(`Parameter "${missing[0]}" must have a value.`);
  const role = (given['AutomationAssumeRole'] as string[] | undefined)?.[0];
  if (role && !role.startsWith(`arn:aws:iam::${scope.account}:role/`))
    return invalid('The role that was given for the automation is in another account.');
  return undefined;
}
