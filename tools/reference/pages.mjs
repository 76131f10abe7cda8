/** The pages of docs/reference, each made of what the code defines: nothing here knows a vendor. */
import { code, codes, page, sorted, table } from './markdown.mjs';
import { factTable, parameterTable } from './parameters.mjs';

const all = (installed, pick) =>
  sorted(installed).flatMap((integration) => (pick(integration) ?? []).map((item) => ({ ...item, integration: integration.id })));

export function sources({ installed }) {
  const found = all(installed, ({ sources: some }) => some);
  const doors = sorted(found.flatMap((source) => source.doors.map((door) => ({ ...door, source: source.id }))));
  return page(
    'Sources',
    'Where incidents come from. A door proves who sends: by a signature over the raw bytes, by a token of this door, or by a client certificate, and a door for which nothing is set is closed. What a webhook says is a hint; the incident and its alert are read at their source with these rights.',
    table(
      ['door', 'path', 'what comes in', 'proofs, the strongest first', 'variables'],
      doors.map((door) => [code(door.id), code(door.path), door.summary, door.proofs.join(', '), codes(readBy(door.door))]),
    ),
    found.flatMap((source) => [
      `## ${source.id}`,
      source.summary,
      table(
        ['what', ''],
        [
          ['integration', code(source.integration)],
          ['doors', codes(source.doors.map(({ id }) => id))],
          ['rights', codes(source.permissions)],
          ['can be polled', source.poll ? 'yes: OPSSENTINEL_POLL' : 'no'],
          ['tells who is on call', source.onCall ? 'yes' : 'no: the rule’s team is asked of a source that does'],
          ['tells of deployments', source.deploys ? 'yes' : 'no'],
        ],
      ),
    ]),
  );
}

/** Names of the variables that a schema looks at. */
function readBy(schema) {
  const read = new Set();
  const look = (_none, name) => void (typeof name === 'string' && read.add(name));
  schema.safeParse(new Proxy({}, { get: look, has: look }));
  return sorted(read, (name) => name);
}

const idempotencies = {
  token: 'the vendor refuses or joins a repeat of the attempt’s token',
  named: 'the vendor runs each name once',
  absolute: 'a repeat writes the same value',
  marker: 'it carries a mark by which it is found again; a repeat would run',
  'at-most-once': 'nothing proves it but the world: it is never repeated',
};

export function actions({ installed }) {
  const found = sorted(all(installed, ({ actions: some }) => some));
  return page(
    'Actions',
    'What may change the world. A runbook names an action and its parameters; nothing runs without a permit, and at most once per attempt.',
    table(
      ['action', 'what it does', 'risk', 'undo'],
      found.map(({ id, summary, risk, undo }) => [
        `[${code(id)}](#${anchor(id)})`,
        summary,
        risk,
        undo === 'none' ? 'none' : 'yes',
      ]),
    ),
    found.flatMap((action) => [`## ${action.id}`, action.summary, facts(action), ...parameters(action)]),
  );
}

const facts = (action) =>
  table(
    ['what', ''],
    [
      ['risk', `${action.risk}${action.riskOf ? ', or more by its parameters' : ''}`],
      ['most that a rule may be with it', action.ceiling ?? 'auto'],
      ['idempotency', `${action.idempotency}: ${idempotencies[action.idempotency]}`],
      ['waits for its end', action.wait ? 'yes' : 'no: the call is all there is'],
      ['can be stopped', action.stop ? 'yes' : 'no'],
      ['undo', action.undo === 'none' ? 'none' : `by ${code(action.undo.action)}, admitted as any effect is`],
      ['rights', codes(action.permissions)],
    ],
  );

const parameters = ({ params, written }) =>
  written
    ? ['A runbook writes:', parameterTable(written.params), 'The plan pins, exactly:', parameterTable(params)]
    : [parameterTable(params)];

/** As GitHub makes them of headings. */
const anchor = (id) => id.replaceAll(/[^a-z0-9-]/g, '');

export function checks({ installed }) {
  const found = sorted(all(installed, ({ checks: some }) => some));
  const witnesses = sorted(all(installed, ({ witnesses: some }) => some));
  return page(
    'Checks',
    'Reads that say whether things are well. What cannot be told is never well. A runbook’s check and the alert’s witness must agree for long enough before an effect counts as verified.',
    found.flatMap(({ id, summary, permissions, params }) => [
      `## ${id}`,
      summary,
      `Rights: ${codes(permissions)}.`,
      parameterTable(params),
    ]),
    '## Witnesses',
    'Independent reads of the alert itself, at the tool that raised it.',
    table(
      ['witness', 'rights'],
      witnesses.map(({ id, permissions }) => [code(id), codes(permissions)]),
    ),
  );
}

export function calendars({ installed }) {
  const found = sorted(all(installed, ({ calendars: some }) => some));
  return page(
    'Calendars',
    'What says "not now": a policy names them under `calendars`, and they are asked right before every effect, and when the plan is made. While one is closed nothing is done, but for the risks that the policy lets through (`allow`); one that cannot be asked is not open. The policy’s own `freezes` need no calendar.',
    found.flatMap(({ id, summary, permissions, params, always }) => [
      `## ${id}`,
      summary,
      always && `Asked about every incident from ${code(always.source)} although no policy names it, where that is connected.`,
      `Rights: ${codes(permissions)}.`,
      parameterTable(params),
    ]),
  );
}

export function channels({ installed }) {
  const followers = sorted(all(installed, ({ followers: some }) => some));
  const found = sorted(all(installed, ({ channels: some }) => some));
  return page(
    'Channels and followers',
    'Who is told. A channel writes to the incident that a run is about, once per phase. A follower reads the ledger beside the runs, with a cursor of its own: one that is slow or dead delays nothing, and what it missed arrives, in order, when it is back.',
    '## Channels',
    table(
      ['channel', 'what it does', 'can', 'rights'],
      found.map((channel) => [
        code(channel.id),
        channel.summary,
        ['note', 'resolve', 'escalate', 'page'].filter((part) => channel[part]).join(', '),
        codes(channel.permissions),
      ]),
    ),
    '## Followers',
    table(
      ['follower', 'what it does', 'lines at once', 'rights'],
      followers.map(({ id, summary, batch = 100, permissions }) => [code(id), summary, batch, codes(permissions)]),
    ),
  );
}

const asked = { preview: 'when the plan is made', admission: 'right before the effect', undo: 'before an undo' };

export function guards({ guards: found, standards }) {
  return page(
    'Guards',
    'Every one is asked, in this order, and every one must allow. A rule may be stricter than the policy file, never laxer than its limits. What a guard cannot read, it refuses.',
    table(
      ['guard', 'what it prevents', 'asked', 'default'],
      found.map(({ id, sentence, asked: when }) => [
        code(id),
        sentence,
        when.map((one) => asked[one] ?? one).join(', '),
        defaultOf(id, standards),
      ]),
    ),
  );
}

/** What holds where neither the rule nor the policy says anything. */
function defaultOf(id, { guardDefaults, guardLimitDefaults, approvalDefaults, optInTag, neverTag }) {
  const least = (name) => (guardLimitDefaults[name] === '0' ? '' : `; no rule below ${guardLimitDefaults[name]}`);
  const said = {
    firingFor: () => `${guardDefaults.firingFor}${least('firingFor')}`,
    cooldown: () => `${guardDefaults.cooldown}${least('cooldown')}`,
    budget: () =>
      `${guardDefaults.budget} per rule, ${guardDefaults.serviceBudget} per service, ${guardDefaults.allBudget} in all; no rule above ${guardLimitDefaults.budget}`,
    startBy: () => guardDefaults.startBy,
    deploys: () => `${guardDefaults.deploys} after a deployment`,
    onAcknowledge: () => 'stands down',
    approval: () =>
      `${approvalDefaults.count} person on call, ${approvalDefaults.destructiveCount} where something may be lost, within ${approvalDefaults.expiresIn}`,
    target: () => `tag ${optInTag.key}=${optInTag.value} wanted, ${Object.entries(neverTag).flat().join('=')} forbids`,
  };
  return said[id]?.() ?? 'always on';
}

export function targets({ installed }) {
  const found = sorted(
    all(installed, ({ targets: some }) => some),
    ({ type }) => type,
  );
  return page(
    'Targets',
    'What rules can aim at. The selector names exactly one; its facts are read again right before an effect, and are what `require`, `target.<fact>` and a runbook’s parameters may read, beside `id` and `name`.',
    found.flatMap(({ type, summary, select, facts: known, permissions }) => [
      `## ${type}`,
      summary,
      table(
        ['selector', 'pattern'],
        Object.entries(select).map(([name, pattern]) => [code(name), code(pattern.source)]),
      ),
      factTable(known),
      `Rights: ${codes(permissions)}.`,
    ]),
  );
}

export function variables({ installed, own }) {
  const rows = (declared) =>
    Object.entries(declared).map(([name, { says, secret, default: standard }]) => [
      code(name),
      says,
      secret ? 'secret' : (standard ?? ''),
    ]);
  return page(
    'Variables',
    'Every environment variable that is read. A secret is never shown, and `<NAME>_FILE` may name a file that holds it. `opssentinel doctor --settings` shows them with their values.',
    '## OpsSentinel itself',
    table(['variable', 'what it is', 'default'], rows(own)),
    sorted(installed).flatMap(({ id, summary, variables: declared, connectBy }) => [
      `## ${id}`,
      summary,
      `Connected by ${connectBy}.`,
      table(['variable', 'what it is', 'default'], rows(declared)),
    ]),
  );
}
