import { type Command, Option } from 'commander';
import { resolve } from 'node:path';
import type { RightsFile } from '../../integrations/contract/rights.js';
import type { LoadedRule, RuleSet } from '../../rules/language/set.js';
import { type Context, type OutputOptions, print, say } from '../context.js';
import { Failure } from '../failure.js';
import { installation } from '../installation.js';
import { loadOrRefuse, rulesDirFor, rulesOption } from '../loaded-rules.js';
import { connectedInstallation } from '../connected-installation.js';
import { resolveFrom, shownPath } from '../paths.js';
import { rightsText } from '../rights/print.js';
import { type Rights, type RightsAsked, rightsFor } from '../rights/rights.js';
import { lackWords, type RoleStanding, roleWords, standingOf, unknownWords } from '../rights/standing.js';
import { compareRights, writeRights } from '../rights/store.js';

interface Options extends OutputOptions {
  rules?: string;
  rule?: string;
  env?: string;
  principal?: string[];
  actPrincipal?: string;
  documents?: string;
  out?: string;
  check?: boolean;
  diff?: true | 'roles' | 'rules';
}

/** Where the installation keeps its own. */
const shippedFolder = 'deploy/aws/iam';

/** `iam`: the least that the roles must be allowed, from the runbooks. Needs no connection, but to compare with what the roles have. */
export function addIam(program: Command, context: Context): void {
  program
    .command('iam')
    .description(
      'the least rights that the roles need in each account, made from the runbooks. Needs no connection, but for --diff with what they have',
    )
    .option(...rulesOption)
    .option('--rule <name>', 'what this rule needs, as if it acted')
    .option('--env <name>', 'in this environment alone')
    .addOption(
      new Option(
        '--diff [with]',
        'with --rule: only what it needs beyond what the roles have, read with your credentials, where this shell connects AWS; beyond what the other rules need with `rules`, or where it does not',
      ).choices(['roles', 'rules']),
    )
    .option(
      '--principal <arn...>',
      'who may become the roles; default: of each account OpsSentinelDecide and OpsSentinelTell the reading role, OpsSentinelEffect the acting one',
    )
    .option('--act-principal <arn>', 'who may become the acting role, where that is somebody else')
    .option('--documents <dir>', 'your own SSM documents as YAML, for the rights of their steps')
    .addOption(new Option('--out <dir>', 'write <account>/<name>.json below this folder').conflicts(['rule', 'env']))
    .addOption(
      new Option('--check', `compare with --out instead (default ${shippedFolder}); exit 1 when it differs`).conflicts([
        'rule',
        'env',
      ]),
    )
    .action((options: Options) => iam(context, options));
}

async function iam(context: Context, options: Options): Promise<void> {
  if (options.diff !== undefined && options.rule === undefined)
    throw new Failure('usage', 'Beyond what? --diff needs --rule: it shows what that rule adds');
  const { set } = await loadOrRefuse(rulesDirFor(context, options.rules));
  const wish = wishFor(context, options, set);
  const lacking = await lackingAtRoles(context, options, wish);
  if (lacking !== undefined) return showLacking(context, options, lacking);
  const rights = made(wish);
  for (const note of rights.notes) say(context, `note: ${note}`);
  if (options.check === true) return compared(context, options, options.out ?? shippedFolder, rights.files);
  if (options.out !== undefined) return written(context, options, options.out, rights.files);
  // Of one rule only what it may: who may become a role does not depend on it.
  const shown = options.rule === undefined ? rights.files : rights.files.filter(({ lines }) => lines.length > 0);
  print(context, options, 'RightsList', shown, (colours) =>
    shown.length > 0
      ? rightsText(shown, colours, context.terminal.columns)
      : `Nothing to add: what ${options.rule} needs is given already.`,
  );
}

function wishFor(context: Context, { rule, env, diff, principal, actPrincipal, documents }: Options, set: RuleSet): RightsAsked {
  mustKnow(
    'rule',
    rule,
    set.rules.map(({ name }) => name),
  );
  mustKnow('environment', env, Object.keys(set.policy.doc.environments));
  const act = actPrincipal === undefined ? principal : [actPrincipal];
  for (const arn of [...(principal ?? []), ...(act ?? [])]) mustBePrincipal(arn);
  return {
    set,
    registry: installation({}).registry,
    root: context.paths.root,
    ...(documents === undefined ? {} : { documents: resolve(context.cwd, documents) }),
    principals: { ...(principal === undefined ? {} : { read: principal }), ...(act === undefined ? {} : { act }) },
    ...(rule === undefined ? {} : { of: { rules: ({ name }: LoadedRule) => name === rule, acting: true, rulesOnly: true } }),
    ...(diff !== undefined ? { beyond: { rules: ({ name }: LoadedRule) => name !== rule } } : {}),
    ...(env === undefined ? {} : { environments: (name: string) => name === env }),
  };
}

function made(wish: RightsAsked): Rights {
  try {
    return rightsFor(wish);
  } catch (error) {
    // What cannot be written is the fault of a rule, a runbook or a folder.
    throw new Failure('usage', error instanceof Error ? error.message : String(error));
  }
}

/** What the roles do not have by now; `undefined`: the files alone are to be compared. */
async function lackingAtRoles(context: Context, { diff }: Options, wish: RightsAsked): Promise<RoleStanding[] | undefined> {
  if (diff === undefined || diff === 'rules') return undefined;
  const { registry } = await connectedInstallation(context);
  const readable = [...registry.integrations.values()].some((one) => one.connected && one.rightsReader !== undefined);
  if (diff === true && !readable) return undefined;
  const { beyond: _others, ...needed } = wish;
  const roles = await standingOf(needed, registry, context.interrupted);
  const unknown = roles.find((one) => one.unknown !== undefined);
  if (unknown === undefined) return roles;
  const why = `what ${roleWords(unknown)} may is not known: ${unknown.unknown}`;
  if (diff === 'roles') throw new Failure('unreachable', `${why}. Without a look at the roles: --diff rules`);
  say(context, `note: ${why}. Shown is what goes beyond the other rules`);
  return undefined;
}

function showLacking(context: Context, options: Options, roles: readonly RoleStanding[]): void {
  for (const role of roles) {
    const { lacking, refused } = lackWords(role);
    const unknown = unknownWords(role);
    // What a role that is there lacks is printed as statements.
    const notes = [...(role.found.some(({ there }) => !there) ? lacking : []), ...refused];
    for (const note of [...notes, ...(unknown === undefined ? [] : [`not known: ${unknown}`])]) say(context, `note: ${note}`);
  }
  const files = roles.flatMap(({ found }) => found.map(({ lacking }) => lacking)).filter(({ lines }) => lines.length > 0);
  print(context, options, 'RightsList', files, (colours) =>
    files.length > 0
      ? rightsText(files, colours, context.terminal.columns)
      : `Nothing to add: the roles have all that ${options.rule} needs.`,
  );
}

function mustKnow(kind: string, name: string | undefined, known: readonly string[]): void {
  if (name !== undefined && !known.includes(name))
    throw new Failure('notFound', `There is no ${kind} ${name}; there is: ${known.join(', ')}`);
}

function mustBePrincipal(arn: string): void {
  if (!/^arn:aws[a-z-]*:iam::[0-9]{12}:(?:root|(?:role|user)\/[\w+=,.@/-]{1,512})$/.test(arn))
    throw new Failure(
      'usage',
      `${arn} is not the ARN of a role or user, such as arn:aws:iam::111122223333:role/OpsSentinelEffect`,
    );
}

function written(context: Context, options: Options, out: string, files: readonly RightsFile[]): void {
  const paths = writeRights(resolve(context.cwd, out), files);
  print(
    context,
    options,
    'RightsWritten',
    paths.map((path) => ({ path })),
    (colours) => `${colours.green('written')}  ${paths.length} files below ${shownPath(resolve(context.cwd, out), context.cwd)}`,
  );
}

function compared(context: Context, options: Options, folder: string, files: readonly RightsFile[]): void {
  const differences = compareRights(resolveFrom(folder, context.cwd, context.paths.root), files);
  print(context, options, 'RightsDifferences', differences, (colours) =>
    differences.length === 0
      ? `${colours.green('ok')}  ${files.length} files are what the runbooks need`
      : differences.map(({ path, says }) => `${path} ${says}`).join('\n'),
  );
  if (differences.length > 0)
    throw new Failure('failed', `${folder} is not what the runbooks need. Write it anew: opssentinel iam --out ${folder}`);
}
