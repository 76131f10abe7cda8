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
    const sections = [
      ...['1.1', '1.2', '1.3', '1.4', '1.5', '1.6', '1.7', '1.8', '1.9', '2.1', '2.2', '2.3', '2.4', '3.1', '3.2', '3.3'],
      ...['4.1', '4.2', '4.3', '4.4', '4.5', '5.1', '5.2', '5.3', '5.4', '5.5', '5.6', '5.7', '5.8', '5.9', '6', '7', '9'],
    ];
    expect(sections.filter((section) => !traps.some(([at]) => at === section))).toEqual([]);
  });
});
