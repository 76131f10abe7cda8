import type { ApiClient } from '../../api/client.js';
import type { LedgerRecord } from '../../domain/record.js';
import type { Colours } from '../output.js';
import type { DemoCase } from './cases.js';
import type { Follower } from './follow.js';
import { type Print, spread, timelinePrinter, type TimelinePrinter } from './print.js';
import type { SandboxClient } from './sandbox-client.js';

/** What the demo plays on: public interfaces alone, and the right to kill its own worker. */
export interface Stage {
  api: ApiClient;
  sandbox: SandboxClient;
  follower: Follower;
  killWorker: () => Promise<void>;
  startWorker: () => Promise<void>;
  apiAddress: string;
  print: Print;
  paint: Colours;
  /** Wait for a person instead of approving ourselves. */
  waitForPerson: boolean;
}

export interface CasePlayed {
  incident: string;
  /** What was not as announced; empty when all was. */
  wrong: string[];
  effects: number;
}

/** No case of the sandbox's pace takes longer. */
const patienceMs = 45_000;
/** How long a person may take with `--wait`: as long as the approval lives. */
const personMs = 15 * 60_000;

/** Raises one alarm, prints what happens as it happens, and compares the end with what was announced. */
export async function playCase(stage: Stage, demo: DemoCase, number: string, effectsBefore: number): Promise<CasePlayed> {
  const known = new Set(stage.follower.lines.map(({ incident }) => incident));
  const mine = (line: LedgerRecord) => !known.has(line.incident);
  const startedAt = Date.now();
  await stage.sandbox.raise(demo.alarm);
  const first = await stage.follower.first(mine, { ms: patienceMs, says: `${demo.alarm} brought no incident` });
  const { incident } = first;
  stage.print('');
  stage.print(headline(stage, demo, number, incident));
  const printer = timelinePrinter(stage.print, stage.paint);
  const stopPrinting = printLines(stage, incident, printer, effectsBefore);
  await interlude(stage, demo, incident, printer);
  const patience = demo.interlude === 'approve' && stage.waitForPerson ? personMs : patienceMs;
  const isLast = (line: LedgerRecord) => line.incident === incident && line.once === 'report';
  await stage.follower.first(isLast, { ms: patience, says: `${shortId(incident)} did not end` });
  stopPrinting();
  return judge(stage, demo, incident, effectsBefore, startedAt);
}

function printLines(stage: Stage, incident: string, printer: TimelinePrinter, effectsBefore: number): () => void {
  let effects = effectsBefore;
  const show = (line: LedgerRecord) => {
    if (line.incident !== incident || line.phase === 'outcome') return;
    const begun = line.phase === 'execute' && line.once?.endsWith('.started');
    printer.line(line, begun ? ++effects : undefined);
  };
  for (const line of stage.follower.lines) show(line);
  return stage.follower.onLine(show);
}

async function interlude(stage: Stage, demo: DemoCase, incident: string, printer: TimelinePrinter): Promise<void> {
  if (demo.interlude === 'kill the worker') {
    const begun = (line: LedgerRecord) => line.incident === incident && line.once?.endsWith('.started') === true;
    const first = await stage.follower.first(begun, { ms: patienceMs, says: 'the automation did not begin' });
    // Late enough that the start is in history, early enough that the automation still runs.
    await pause(400);
    printer.aside('kills the worker with SIGKILL while the automation runs');
    await stage.killWorker();
    await pause(500);
    printer.aside('starts a new worker');
    const before = (await stage.sandbox.effects()).length;
    await stage.startWorker();
    const ended = (line: LedgerRecord) => line.incident === incident && line.once?.endsWith('.ended') === true;
    const end = stage.follower.first(ended, { ms: patienceMs, says: 'the automation did not end' });
    printer.aside(`the new worker is up; history says that ${refOf(first)} was started: it waits for that one`);
    await end;
    printer.aside(`the new worker started ${(await stage.sandbox.effects()).length - before} automations`);
  }
  if (demo.interlude === 'approve') await approve(stage, incident, printer);
}

async function approve(stage: Stage, incident: string, printer: TimelinePrinter): Promise<void> {
  const waits = (line: LedgerRecord) => line.incident === incident && line.phase === 'approval' && line.state === 'waiting';
  const asked = await stage.follower.first(waits, { ms: patienceMs, says: 'nobody was asked' });
  const planHash = textOf(asked, 'planHash');
  const short = planHash.slice(0, 8);
  printer.rows(
    `here       bin/opssentinel approve ${shortId(incident)} --plan ${short}`,
    `Temporal   temporal workflow signal -w incident:${incident} \\`,
    `             --name approve --input '{"by":"you","planHash":"${short}"}'`,
    `page       ${stage.apiAddress}/i/${shortId(incident)}`,
  );
  if (stage.waitForPerson) return;
  await pause(1000);
  printer.aside('approves, as the person on call would');
  const answer = await stage.api.approve(incident, { planHash });
  if (!answer.accepted) throw new Error(`The approval was refused: ${answer.reason}`);
}

async function judge(
  stage: Stage,
  demo: DemoCase,
  incident: string,
  effectsBefore: number,
  startedAt: number,
): Promise<CasePlayed> {
  const lines = await stage.api.timeline(incident);
  const kind =
    textOf(
      lines.find(({ phase }) => phase === 'outcome'),
      'kind',
    ) || 'nothing';
  const effects = (await stage.sandbox.effects()).length - effectsBefore;
  const refused = lines.some(
    ({ phase, state, once }) => phase === 'guards' && state === 'refused' && once?.includes(`.${demo.refusedBy}.`),
  );
  const wrong = [
    ...(kind === demo.ends ? [] : [`it ended ${kind}, announced was ${demo.ends}`]),
    ...(effects === demo.effects ? [] : [`${effects} effects, announced were ${demo.effects}`]),
    ...(demo.refusedBy === undefined || refused ? [] : [`it was not refused by ${demo.refusedBy}`]),
  ];
  const words = kind === 'remediated' ? 'REMEDIATED AND VERIFIED' : kind.toUpperCase();
  const took = ((Date.now() - startedAt) / 1000).toFixed(1);
  stage.print(spread(`   ${words} in ${took} s`, wrong.length === 0 ? demo.lesson : `NOT AS ANNOUNCED: ${wrong.join('; ')}`));
  return { incident, wrong, effects };
}

/** Number, title, id, alarm, what is special: each at its column. */
const headline = ({ paint }: Stage, demo: DemoCase, number: string, incident: string): string =>
  `${paint.bold(`${number}  ${demo.title}`.padEnd(30))}${shortId(incident).padEnd(12)}${`alarm ${demo.alarm}`.padEnd(31)}${demo.note}`;

function textOf(line: LedgerRecord | undefined, name: string): string {
  const value = line?.data?.[name];
  return typeof value === 'string' ? value : '';
}

/** The first characters of the vendor's own id: enough to compare by eye. */
const refOf = ({ says }: LedgerRecord): string => says.split(' ').at(-1)?.slice(0, 8) ?? 'the automation';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const shortId = (incident: string): string => incident.split(':').slice(1).join(':');
