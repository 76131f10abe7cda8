import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { missingOptionals } from '../complete-lock.mjs';
import { trackedFiles } from './tracked.mjs';

// Written in pieces, or this file would name them itself.
const registryHosts = [
  ['registry.', 'npmjs.org'],
  ['registry.', 'yarnpkg.com'],
  ['pypi', '.org'],
  ['files.', 'pythonhosted.org'],
  ['proxy.', 'golang.org'],
  ['index.', 'crates.io'],
];
const machinePaths = [
  ['/', 'work/'],
  ['/', 'root/'],
  ['/home', '/'],
  ['/Users', '/'],
  ['C:', '\\\\Users'],
];
const quoted = (parts) => parts.join('').replaceAll(/[.]/g, '\\.');
// A path counts where it begins, so `https://example.com/home/` and `dist/w/` do not.
const stranger = new RegExp(
  `${registryHosts.map(quoted).join('|')}|(?<![\\w./~-])(?:${machinePaths.map(quoted).join('|')})[\\w.-]+`,
);
const binary = /\.(png|gz|tgz|pb|bin|woff2?|ico)$/;

/** Places in tracked files that name somebody's machine or a package registry's host. */
export function strangers(root) {
  return trackedFiles(root)
    .filter((file) => !binary.test(file))
    .flatMap((file) =>
      readFileSync(join(root, file), 'utf8')
        .split('\n')
        .flatMap((line, index) => {
          const found = stranger.exec(line)?.[0];
          return found ? [`${file}:${index + 1}: names ${found}, which is a machine's path or a registry's host`] : [];
        }),
    );
}

/** What in the lockfile would tie an installation to one registry or one platform. */
export function lockfileProblems(root) {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const resolved = Object.entries(lock.packages).filter(([, entry]) => /^https?:/.test(entry.resolved ?? ''));
  const loose = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
    ([, version]) => !/^(npm:.+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(version),
  );
  const temporal = new Set(
    Object.entries(lock.packages)
      .filter(([place]) => /node_modules\/@temporalio\/[^/]+$/.test(place))
      .map(([, entry]) => entry.version),
  );
  return [
    ...resolved.map(
      ([place]) =>
        `package-lock.json: ${place} has "resolved"; keep omit-lockfile-registry-resolved=true in .npmrc and run npm install`,
    ),
    ...missingOptionals(lock).map(
      ({ name }) => `package-lock.json: ${name} is missing, so npm ci would refuse it. Run: npm run lock`,
    ),
    ...loose.map(([name, version]) => `package.json: ${name} is ${version}; pin one exact version`),
    ...(temporal.size > 1 ? [`package-lock.json: @temporalio/* in ${[...temporal].join(', ')}; all must be one version`] : []),
  ];
}
