import type { Command } from 'commander';
import type { RulesHistory } from '../../api/shapes.js';
import { shortHash } from '../../domain/plan.js';
import { ago, clock, epochMs } from '../../domain/words.js';
import { apiClient, type Context, type OutputOptions, print } from '../context.js';
import { type Colours, table } from '../output.js';

type Reasoned = OutputOptions & { reason: string };

const why = ['--reason <text>', 'why: whoever looks later reads it'] as const;

/** `rules status`, `rollback`, `follow`, `accept`, `revoke`: which rules are in force, and which are not any more. */
export function addRulesRevision(rules: Command, context: Context): void {
  rules
    .command('status')
    .description('which rules are in force, from which commit and since when; which were before; which are revoked')
    .action((options: OutputOptions) => status(context, options));
  rules
    .command('rollback')
    .description('put the rules back that were in force before; they stay, whatever the folder holds, until `follow`')
    .option('--to <hash>', 'the rules of this hash instead, as `rules status` shows it: at least eight characters')
    .requiredOption(...why)
    .action(async ({ to, reason, ...options }: Reasoned & { to?: string }) => {
      const moved = await apiClient(context, 'admin').rollbackRules(to, reason);
      print(context, options, 'RulesMoved', [moved], (colours) => `${colours.yellow('PINNED')}  ${moved.says}`);
    });
  rules
    .command('follow')
    .description('end a rollback: the folder decides again which rules are in force')
    .requiredOption(...why)
    .action(async ({ reason, ...options }: Reasoned) => {
      const moved = await apiClient(context, 'admin').followRules(reason);
      print(context, options, 'RulesMoved', [moved], () => moved.says);
    });
  rules
    .command('accept')
    .description('accept the commit in force, so that signatures are asked for from there on and not of all history')
    .requiredOption(...why)
    .action(async ({ reason, ...options }: Reasoned) => {
      const moved = await apiClient(context, 'admin').acceptRules(reason);
      print(context, options, 'RulesMoved', [moved], () => moved.says);
    });
  rules
    .command('revoke')
    .description('nothing begins any more by a set of rules, one rule or a runbook; runs that began by it included')
    .argument('<hash>', 'of the set, the rule (fileHash) or the runbook: at least eight characters')
    .requiredOption(...why)
    .action(async (hash: string, { reason, ...options }: Reasoned) => {
      const revoked = await apiClient(context, 'operator').revokeRules(hash, reason);
      print(context, options, 'RulesRevoked', [revoked], (colours) => `${colours.red('REVOKED')}  ${revoked.says}`);
    });
}

async function status(context: Context, options: OutputOptions): Promise<void> {
  const api = apiClient(context, 'viewer');
  const [history, { rules }] = await Promise.all([api.rulesHistory(), api.rules()]);
  const expired = rules.filter(({ observing }) => observing?.expired === true);
  const lines = expired.map(
    ({ name, observing }) =>
      `expired   ${name} has observed in ${observing?.in.join(', ')} since ${when(observing?.since ?? '', Date.now())}: decide about it`,
  );
  print(context, options, 'RulesHistory', [{ ...history, expired }], (colours) =>
    [historyText(history, colours, Date.now()), ...(lines.length === 0 ? [] : ['', ...lines.map(colours.yellow)])].join('\n'),
  );
}

const commitOf = (commit: string | undefined): string =>
  commit === undefined ? 'no commit known' : `commit ${commit.slice(0, 7)}`;
const when = (at: string, now: number): string => `${clock(at, now)} (${ago(now - epochMs(at))})`;

function historyText(history: RulesHistory, colours: Colours, now: number): string {
  const { inForce, pinned, accepted, problems, revoked } = history;
  const { revision } = inForce;
  const lines = [
    `in force  ${shortHash(inForce.hash)}, ${commitOf(revision?.commit)}${inForce.since === undefined ? '' : `, since ${when(inForce.since, now)}`}`,
    ...(revision === undefined ? [] : [`signed    ${revision.signed}: ${revision.says}`]),
    ...(revision?.barsAuto === undefined ? [] : [colours.yellow(`          nothing is automatic: ${revision.barsAuto}`)]),
    ...(accepted === undefined ? [] : [`accepted  ${commitOf(accepted)}`]),
    pinned === undefined
      ? 'from      the folder'
      : colours.yellow(`from      a rollback: ${pinned.says}; by ${pinned.by}, ${when(pinned.at, now)}: ${pinned.reason}`),
    ...(problems.length === 0 ? [] : [colours.red(`refused   ${problems[0]?.at}: ${problems[0]?.says}`)]),
    ...revoked.map(({ hold, of }) =>
      colours.red(
        `revoked   ${of.map(({ kind, name, hash }) => `${kind} ${name} ${shortHash(hash)}`).join(', ') || hold.scope}, ${hold.id}, by ${hold.owner}: ${hold.reason}`,
      ),
    ),
  ];
  return `${lines.join('\n')}\n\n${keptTable(history, now)}`;
}

const keptTable = ({ kept, inForce }: RulesHistory, now: number): string =>
  table(kept, [
    { title: 'RULES', of: ({ hash }) => shortHash(hash) },
    { title: 'COMMIT', of: ({ revision }) => revision?.commit?.slice(0, 7) ?? '-' },
    { title: 'FIRST SEEN', of: ({ firstSeen }) => when(firstSeen, now) },
    { title: 'STATE', of: ({ hash, revoked }) => (revoked ? 'revoked' : hash === inForce.hash ? 'in force' : 'may be put back') },
  ]);
