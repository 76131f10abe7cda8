import { stat } from 'node:fs/promises';
import { connect } from 'node:net';
import type { ApiClient } from '../../api/client.js';
import { counted } from '../../domain/words.js';
import { loadRules } from '../../rules/language/load.js';
import { problemText } from '../../rules/language/problem.js';
import type { RuleSet } from '../../rules/language/set.js';
import type { LoadedInstallation } from '../installation.js';
import { because, fail, type Finding, ok, skip, warn } from './finding.js';
import type { Hash } from '../../domain/json.js';

/** The API's own word on itself and its ledger. */
export async function examineApi(api: ApiClient | undefined, url: string | undefined): Promise<Finding[]> {
  if (api === undefined || url === undefined)
    return [skip('api', 'OPSSENTINEL_URL is not set and no sandbox runs in this checkout')];
  try {
    const { ready, parts } = await api.ready();
    const each = Object.entries(parts ?? {}).map(([name, part]) =>
      part.ready
        ? ok(`api: ${name}`, part.says)
        : fail(
            `api: ${name}`,
            part.says,
            name === 'ledger' ? 'start PostgreSQL, or correct DATABASE_URL of the API' : `see what the API says of ${name}`,
          ),
    );
    return [ready ? ok('api', `${url} is ready`) : fail('api', `${url} is not ready`, 'mend what is named below'), ...each];
  } catch (error) {
    return [fail('api', because(error), 'start it with opssentinel serve, or correct OPSSENTINEL_URL')];
  }
}

/** Whether anything listens where the ledger should be. Changes nothing: opening the ledger would bring its schema up to date. */
export async function examineLedger(databaseUrl: string | undefined): Promise<Finding[]> {
  if (databaseUrl === undefined) return [skip('ledger', 'DATABASE_URL is not set here; the API above says how its ledger is')];
  const { hostname, port } = new URL(databaseUrl);
  const place = `${hostname}:${port || '5432'}`;
  const answers = await new Promise<string | undefined>((resolve) => {
    const socket = connect({ host: hostname, port: Number(port || '5432'), timeout: 2_000 });
    const end = (problem: string | undefined): void => {
      socket.destroy();
      resolve(problem);
    };
    socket.once('connect', () => end(undefined));
    socket.once('timeout', () => end('no answer in 2 s'));
    socket.once('error', (error) => end(error.message));
  });
  if (answers === undefined) return [ok('ledger', `something listens at ${place}`)];
  return [
    fail('ledger', `${place}: ${answers}. Without the ledger no effect begins`, 'start PostgreSQL, or correct DATABASE_URL'),
  ];
}

export async function examineStop(path: string): Promise<Finding[]> {
  try {
    await stat(path);
    return [warn('stop file', `${path} exists: effect workers of this machine start nothing`, `when it is over: rm ${path}`)];
  } catch {
    return [ok('stop file', `none at ${path}`)];
  }
}

/** Whether anybody has said what is ours: whoever restarts itself in the middle of a remediation knows nothing of its end. */
export function examineOwnParts({ mode, ownParts }: { mode: string; ownParts: readonly string[] }): Finding {
  const check = 'own parts';
  if (ownParts.length > 0) return ok(check, `${counted(ownParts.length, 'pattern')} of what is never a target`);
  if (mode !== 'live') return ok(check, `none named; mode ${mode} has none to lose`);
  return warn(
    check,
    'none are named: OpsSentinel may restart the machine, the database or the Temporal that it runs on',
    'set OPSSENTINEL_OWN_PARTS where the workers run, to their ids or ARNs',
  );
}

/** Rules, and for each what of it is not connected: such a rule can only observe. */
export async function examineRules(dir: string, installed: LoadedInstallation, hash: Hash): Promise<Finding[]> {
  const loaded = await loadRules(dir, installed.catalogue, hash);
  if (!loaded.ok)
    return loaded.problems.map((problem) =>
      fail('rules', problemText(problem), 'mend it; opssentinel rules lint shows the same'),
    );
  const { rules, runbooks, policy } = loaded.set;
  return [
    ok('rules', `${rules.length} rules, ${runbooks.size} runbooks, profile ${policy.doc.profile}, in ${dir}`),
    ...unconnected(loaded.set, installed),
  ];
}

function unconnected(set: RuleSet, { registry }: LoadedInstallation): Finding[] {
  return set.rules.flatMap((rule) => {
    const actions = rule.steps.flatMap((step) => set.runbooks.get(step.runbook)?.doc.uses ?? []);
    const needs = [...new Set(actions.flatMap((action) => registry.actions.get(action)?.integration ?? []))];
    const away = needs.filter((id) => registry.integrations.get(id)?.connected !== true);
    const more = Object.entries(rule.doc.mode ?? {}).filter(([, mode]) => mode !== 'observe');
    if (away.length === 0 || more.length === 0) return [];
    const asked = more.map(([environment, mode]) => `${mode} in ${environment}`).join(', ');
    return [
      warn(
        `rule ${rule.name}`,
        `asks for ${asked} and can only observe: ${away.join(', ')} is not connected here`,
        'connect it where the workers run',
      ),
    ];
  });
}

/** What is connected with the environment of this shell. */
export function examineIntegrations({ registry, problems }: LoadedInstallation): Finding[] {
  const wrong = problems.map((problem) => fail('integration', problem, 'correct the variable'));
  const matrix = [...registry.integrations.values()].map(({ id, summary, connected }) =>
    connected ? ok(`integration ${id}`, `connected. ${summary}`) : skip(`integration ${id}`, `not connected here. ${summary}`),
  );
  return [...wrong, ...matrix];
}
