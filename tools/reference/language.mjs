/** The page of the rule language: every key from its schema, with the sentences and examples that the editors' schema has as well. */
import { code, page, table } from './markdown.mjs';
import { typeOf } from './parameters.mjs';

const yaml = (text) => `\`\`\`yaml\n${text.trimEnd()}\n\`\`\``;

const kinds = {
  rule: ['A rule', 'When, on what, in which mode. The service team owns it; it can name nothing that acts but a runbook.'],
  runbook: [
    'A runbook',
    'What may be done: one action, pinned and bounded. Platform and security own it; it can hold no condition on alerts.',
  ],
  policy: [
    'The policy',
    'Where: environments, accounts, roles, teams, ceilings. Exactly one; those who answer for everything own it.',
  ],
  cases: [
    'Cases',
    'What a rule does, shown: `<rule>.cases.yaml` beside it, played by `opssentinel rules test`. A running service never reads them.',
  ],
};

export function language({ language: { keys, examples, set, fields, limits, yamlLimits }, standards }) {
  return page(
    'The rule language',
    'Made from the schemas that check the files: what stands here is what is understood, and every example is loaded by a test. Editors show the same by `rules/language/rules.schema.json`, or `opssentinel rules schema --write FILE`.',
    'Begin with `opssentinel rules new NAME --from INCIDENT`; `opssentinel rules fields` lists what conditions may read, `opssentinel rules lint` says everything that is wrong as `file:line:column: what, and what to do`.',
    '## A small set',
    'A policy, a runbook, a rule that observes, and its cases. The example of each key below belongs into one of these four.',
    yaml(
      [set.examplePolicy, set.exampleRunbook, set.exampleRule, set.exampleCases].map((text) => text.trimEnd()).join('\n---\n'),
    ),
    ...semantics({ limits, yamlLimits, standards }),
    '## What a rule may read',
    'In `when`, `unless`, `target` and `{ from: … }`. What `require` may read of each type of target: [targets](targets.md), or `opssentinel rules fields TYPE`.',
    table(
      ['field', 'what it is', 'from', 'example'],
      Object.entries(fields).map(([field, { says, from, example, optional }]) => [
        code(field),
        `${says}${optional ? ' May be absent.' : ''}`,
        from,
        code(example),
      ]),
    ),
    ...Object.entries(kinds).flatMap(([kind, [title, sentence]]) => [
      `## ${title}`,
      sentence,
      ...keys(kind).flatMap((key) => described(key)),
      ...sameKeys(kind, examples),
    ]),
  );
}

function described({ path, schemas, required, text }) {
  const types = [...new Set(schemas.map(typeOf))].filter((type) => type !== '').join('; or ');
  const facts = [
    `Type: ${types}.`,
    ...(required ? ['Must be there.'] : text.without === undefined ? [] : [`Without it: ${text.without}.`]),
  ];
  return [`### ${code(path)}`, `${text.says} ${facts.join(' ')}`, yaml(text.example)];
}

const sameKeys = (kind, { sameKeysOf }) =>
  Object.entries(sameKeysOf(kind)).map(([path, same]) => `${code(path)} has the keys of ${code(same)}, and they mean the same.`);

const semantics = ({ limits, yamlLimits, standards: { guardDefaults, guardLimitDefaults, verifyDefaults, optInTag } }) => [
  '## What it all means',
  `- **Reading.** \`when\` and \`unless\` see the alert and the incident, \`require\` sees the target. There is nothing else: no clock, no network, no other alert. CloudWatch's dimensions and Prometheus' labels are both \`alert.labels\`. There is no \`alert.value\`: CloudWatch sends the number only inside a sentence; read \`alert.threshold\`.`,
  '- **Mistakes at run time never make a rule match.** A line of `when` or `require` that cannot be evaluated does not hold; a line of `unless` that cannot be evaluated holds. `opssentinel rules explain` shows which field was missing and which were there. Where absence is expected, ask first: `has(alert.labels.path) && …`.',
  `- **Mistakes before that are told at load.** Unknown fields with the nearest known one, operands that do not fit, a line that is not yes or no, a pattern that RE2 does not read. A line has at most ${limits.characters} characters and ${limits.nodes} parts, brackets ${limits.brackets} deep, ${limits.nestedMacros} of \`all\`, \`exists\`, \`filter\` and \`map\` inside each other, and takes at most ${limits.steps} steps; a list of more than ${limits.listItems} is not gone through. A file has at most ${yamlLimits.bytes / 1024} KiB and ${yamlLimits.documents} documents.`,
  '- **Two traps of YAML.** A line that begins with `!` is a tag: quote the whole line, or move it to `unless` without the `!`. What follows ` #` is a comment: quote a line that holds one.',
  '- **Values.** A value is written down, or is `{ from: field }`. Text of an alert has no other way: it is never put into a text, a command, an address or a name, and it passes only through an input that the runbook bounds, or a target’s anchored pattern.',
  '- **One target**, or several by their tags, in batches. Of the runbook’s type, in the account and region of the environment. Where an independent witness has the labels, they are taken from there; where alert and witness differ, nobody acts. It must carry the tag ' +
    `\`${optInTag.key}=${optInTag.value}\`, and nothing that is protected is ever touched.`,
  '- **One winner.** Of all rules exactly one may match, or one whose own `overrides` names all others that match. Else nobody acts and people are told which ones. Neither numbers, nor names, nor the order of files decide.',
  '- **Modes.** A rule observes where it says nothing. Its mode is lowered to the environment’s ceiling, to `approve` for what may lose something, and to `approve` where nothing independent can confirm the alert; the reason is shown with it.',
  `- **Guards.** A rule may always be stricter. Looser only with \`guards.because\`, and never beyond the policy’s limit (without one: cooldown ${guardLimitDefaults.cooldown}, budget ${guardLimitDefaults.budget}); some figures only one way: \`startBy\` (${guardDefaults.startBy}), \`deploys.after\` (${guardDefaults.deploys}), \`approval.expiresIn\`.`,
  `- **Helped or not.** A step has helped when everything that verifies it has held for ${verifyDefaults.for}, within ${verifyDefaults.within}, or what was learned where the rule says nothing (\`verify.within\` below). A check that a rule names takes the place of the alert’s clearing, unless \`alert: cleared\` stands beside it; the runbook’s own check is never left out. The first step that helped ends the ladder; after the last one people are paged.`,
  '- **Two hashes.** The logic hash is over `when`, `unless`, `target`, `require`, `run`, `with`, `ladder` and the runbooks: evidence about a rule belongs to it and begins again when it changes. The file hash is over everything: audit and approvals pin it. Comments and places change neither; `opssentinel rules diff A B` says what did.',
];
