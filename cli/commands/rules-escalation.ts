import type { Command } from 'commander';
import { apiClient, type Context, type OutputOptions, print } from '../context.js';
import { loadOrRefuse, rulesDirFor, rulesOption } from '../loaded-rules.js';
import { type Automatic, silences, silentVariable, tfvars } from '../promote/escalation.js';

/** `rules escalation`. */
export function addRulesEscalation(rules: Command, context: Context): void {
  rules
    .command('escalation')
    .description(
      'how long PagerDuty should wait before it wakes people: for each service the learned p90 of its automatic rules, at most 10 min, as a file for Terraform. Changes nothing',
    )
    .option(...rulesOption)
    .addHelpText(
      'after',
      '\nTo use it:  opssentinel rules escalation > deploy/terraform/pagerduty/escalation.auto.tfvars' +
        '\nExit codes: 0 done, also where nothing was learned yet; 2 rules that cannot be read; 4 no token; 6 the API does not answer.',
    )
    .action((options: OutputOptions & { rules?: string }) => escalation(context, options));
}

async function escalation(context: Context, { rules, ...options }: OutputOptions & { rules?: string }): Promise<void> {
  const { set } = await loadOrRefuse(rulesDirFor(context, rules));
  const api = apiClient(context, 'viewer');
  const automatic: Automatic[] = [];
  for (const { name, logicHash, doc } of set.rules) {
    const environments = Object.keys(doc.mode ?? {}).filter((environment) => doc.mode?.[environment] === 'auto');
    const [first] = environments;
    if (first === undefined) continue;
    // What is learned is of all environments; each service's figures name theirs.
    const { learned } = await api.ruleRecord(name, first, logicHash);
    automatic.push({ rule: name, environments, services: learned.services ?? [] });
  }
  const found = silences(automatic);
  print(
    context,
    options,
    'Escalation',
    found.map((one) => ({ variable: silentVariable, ...one })),
    () => tfvars(found),
  );
}
