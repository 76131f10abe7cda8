import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { root } from '../support/root.js';
import { namesIn } from './titles.js';
import { alertTraps } from './traps/alerts.js';
import { awsTraps } from './traps/aws.js';
import { pagerDutyTraps } from './traps/pagerduty.js';
import { serviceNowTraps } from './traps/servicenow.js';
import { sinkAndMcpTraps } from './traps/sinks-and-mcp.js';
import type { Trap } from './traps/trap.js';

const traps: readonly Trap[] = [...pagerDutyTraps, ...alertTraps, ...serviceNowTraps, ...awsTraps, ...sinkAndMcpTraps];

const sources = new Map<string, readonly string[]>();
function titlesOf(file: string): readonly string[] {
  const known = sources.get(file);
  if (known) return known;
  const path = join(root, file);
  if (!existsSync(path)) throw new Error(`${file} is not there.`);
  const titles = namesIn(readFileSync(path, 'utf8'));
  sources.set(file, titles);
  return titles;
}

/** What outside systems do to whoever does not look, and what looks. Whoever renames a test hears of it here. */
describe('traps and their tests', () => {
  it.each(traps.map((trap) => [trap[0], trap[1], trap] as const))(
    'contracts %s, %s',
    (at, _name, [, , where, title, inItsTable = '']) => {
      expect(at).toMatch(/^([1-7](\.\d)?|9)$/);
      if (typeof where !== 'string') {
        expect(where.whyNot).toMatch(/^[A-Z].{15,}\.$/);
        return;
      }
      expect(title).toMatch(/../);
      expect({ where, title, found: titlesOf(where).some((one) => one.includes(title ?? '')) }).toMatchObject({ found: true });
      expect(readFileSync(join(root, where), 'utf8')).toContain(inItsTable);
    },
  );

  it('each stands here once', () => {
    const named = traps.map(([at, trap]) => `${at} ${trap}`);
    expect(named.filter((one, index) => named.indexOf(one) !== index)).toEqual([]);
  });

  it('every section has some', () => {
    const of = (section: number, parts: number): string[] => Array.from({ length: parts }, (_, part) => `${section}.${part + 1}`);
    const sections = [of(1, 9), of(2, 4), of(3, 3), of(4, 5), of(5, 9), '6', '7', '9'].flat();
    expect(sections.filter((section) => !traps.some(([at]) => at === section))).toEqual([]);
  });
});
