import { createApiClient } from '../../api/client.js';
import type { RulesSummary } from '../../api/shapes.js';
import { counted } from '../../domain/words.js';
import { RulesRefused } from '../../rules/language/problem.js';
import { failedOf, testRules } from '../cases/test-rules.js';
import { type Context, say, untilInterrupted } from '../context.js';
import { Failure } from '../failure.js';
import { loadOrRefuse } from '../loaded-rules.js';
import { coloursFor, hanging } from '../output.js';
import { shownPath } from '../paths.js';
import { type Stack, startStack } from '../stack.js';
import { stackHead, stackLooks, stackOptions } from '../stack-words.js';
import { cases } from './cases.js';
import { follow } from './follow.js';
import { type CasePlayed, playCase, type Stage } from './play.js';
import { type Print, spread } from './print.js';
import { type Told, whatWasTold } from './told.js';
import { createSandboxClient, type SandboxClient } from './sandbox-client.js';

export interface DemoOptions {
  /** End by itself, with success only when every incident ended as announced. */
  once: boolean;
  /** Wait for a person where a human is wanted. */
  wait: boolean;
}

/** PagerDuty sends again after a timeout: every delivery comes so many times. */
const deliveries = 3;

/** Starts everything, raises alarms, prints what happens, and compares the end with what was announced. Leaves nothing running. */
export async function runDemo(context: Context, options: DemoOptions): Promise<void> {
  const colours = coloursFor(context.terminal);
  const print: Print = (line) => context.terminal.out(`${line}\n`);
  for (const line of stackHead('OpsSentinel demo', colours)) print(line);
  const stack = await startStack(stackOptions(context, print));
  try {
    const played = perform(stack, context, options, print);
    const wrong = await Promise.race([played, stack.lost, untilInterrupted(context).then(() => undefined)]);
    if (wrong === undefined) return;
    if (options.once && wrong > 0) throw new Failure('failed', `${counted(wrong, 'thing')} did not go as announced; see above`);
    print('');
    if (options.once) {
      print('Next   npm run demo -- --wait    it stays up to be looked at, and waits for you to approve 4/5');
      print('       npm run dev               the same without incidents: raise them yourself');
      return;
    }
    for (const line of stackLooks(stack.file)) print(line);
    await Promise.race([stack.lost, untilInterrupted(context)]);
    say(context, 'ending everything that this command started');
  } finally {
    await stack.stop();
  }
}

async function perform(stack: Stack, context: Context, options: DemoOptions, print: Print): Promise<number> {
  const api = createApiClient({ url: stack.file.api, token: stack.file.tokens.approver });
  const sandbox = createSandboxClient(stack.file.sandbox);
  const follower = follow(api);
  try {
    const rules = await createApiClient({ url: stack.file.api, token: stack.file.tokens.viewer }).rules();
    headline({ ...rules, from: shownPath(rules.from, context.cwd) }, await casesOf(rules.from), print);
    await sandbox.repeatDeliveries(deliveries);
    const stage: Stage = {
      api,
      sandbox,
      follower,
      print,
      killWorker: stack.killWorker,
      startWorker: stack.startWorker,
      apiAddress: stack.file.api.replace('127.0.0.1', 'localhost'),
      paint: coloursFor(context.terminal),
      waitForPerson: options.wait,
    };
    const played: CasePlayed[] = [];
    for (const [index, demo] of cases.entries()) {
      const before = (await sandbox.effects()).length;
      played.push(await playCase(stage, demo, `${index + 1}/${cases.length}`, before));
    }
    const wrong = await sumUp(sandbox, (await api.incidents(100)).length, played, print);
    return wrong + showTold(await whatWasTold(sandbox, api), print);
  } finally {
    follower.stop();
  }
}

/** The cases beside the rules, played here and now: less than a second, before the first alarm. Cases hold up nobody's demo. */
async function casesOf(dir: string): Promise<string> {
  try {
    const { set, ...installed } = await loadOrRefuse(dir);
    const tested = await testRules(set, installed);
    const failed = failedOf(tested).length;
    return failed === 0 ? `${counted(tested.played.length, 'case')} pass` : `${failed} of ${tested.played.length} cases FAIL`;
  } catch (error) {
    if (error instanceof RulesRefused) return 'cases cannot be read';
    throw error;
  }
}

function headline(rules: RulesSummary, played: string, print: Print): void {
  const steps = new Set(rules.rules.flatMap(({ runbooks }) => runbooks)).size;
  const left = `${counted(rules.rules.length, 'rule')}, ${counted(steps, 'runbook')}, ${played}`;
  print(partRow('Rules', left, `${rules.from}, sha256 ${rules.hash.slice(0, 8)}`));
  print(partRow('Pace', `profile ${rules.profile}: hold-down 1 s, "cleared for" 3 s`, 'in production 60 s and 5 min'));
  print('');
  print(
    `${counted(cases.length, 'alarm')}. PagerDuty delivers each webhook ${deliveries} times, signed, as it does after a timeout.`,
  );
}

const partRow = (name: string, left: string, right: string): string => spread(`  ${name.padEnd(12)} ${left}`, right);

/** How many sinks lack something. */
function showTold({ says, missing }: Told, print: Print): number {
  const lead = 'Told   ';
  print(`${lead}${hanging(says, lead.length, 100)}`);
  for (const one of missing) print(`       NOT AS ANNOUNCED: ${one}`);
  return missing.length;
}

/** Everything counted where it happened: runs at the API, effects and unknown calls at the simulators. */
async function sumUp(sandbox: SandboxClient, runs: number, played: readonly CasePlayed[], print: Print): Promise<number> {
  const effects = await sandbox.effects();
  const doubled = effects.length - new Set(effects.map(({ key }) => key)).size;
  const unknown = (await sandbox.unknownCalls()).length;
  const surplus = Math.max(0, runs - cases.length);
  const lost = Math.max(0, cases.length - runs);
  const wrong = played.flatMap((one) => one.wrong).length + doubled + unknown + surplus + lost;
  print('');
  print(
    `${counted(played.length, 'incident')}, each webhook ${deliveries} times: ${counted(runs, 'run')}, ${counted(effects.length, 'effect')}; ` +
      `${doubled} doubled, ${lost} lost, ${counted(unknown, 'unknown call')}`,
  );
  return wrong;
}
