import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject } from '../domain/json.js';
import { ruleFacts, ruleFields } from '../domain/readable.js';
import { alert, incident } from '../tests/support/rules.js';
import { compileCondition, conjuncts, matchesWhole, unaskedReads } from './condition.js';

const fields = {
  ...ruleFields,
  target: { state: 'string', count: 'number', disks: 'list', running: 'boolean', tags: 'texts' },
} as const;

function evaluate(text: string, facts: JsonObject = ruleFacts(alert(), incident())) {
  const compiled = compileCondition(text, fields);
  if (!compiled.ok) throw new Error(compiled.problems.map(({ offset, says }) => `${offset}: ${says}`).join('; '));
  return compiled.condition.evaluate(facts);
}

function problemsOf(text: string): string[] {
  const compiled = compileCondition(text, fields);
  return compiled.ok ? [] : compiled.problems.map(({ offset, says }) => `${offset}: ${says}`);
}

describe('a condition', () => {
  it('answers yes and no with the values it read', () => {
    expect(evaluate('alert.namespace == "AWS/EC2"')).toEqual({ result: 'yes', found: '"AWS/EC2"' });
    expect(evaluate('alert.threshold >= 95.0')).toEqual({ result: 'no', found: '90' });
    expect(evaluate('alert.threshold >= 90')).toEqual({ result: 'yes', found: '90' });
    expect(evaluate('incident.service.id == "PSVC003" && incident.urgency == "high"')).toEqual({
      result: 'no',
      found: 'incident.service.id "PSVC001", incident.urgency "high"',
    });
  });

  it('names the field that is not there, and what is', () => {
    const facts = ruleFacts(alert({ labels: { InstanceId: 'i-0aa11', device: 'xvda' } }), incident());
    expect(evaluate('alert.labels.path == "/mnt"', facts)).toEqual({
      result: 'error',
      found: 'alert.labels.path: not in this alert; it has InstanceId, device',
    });
  });

  it('lets has() ask for a field that may be absent', () => {
    expect(evaluate('has(alert.labels.path)')).toEqual({ result: 'no', found: 'absent' });
    expect(evaluate('has(alert.labels.InstanceId)')).toEqual({ result: 'yes', found: 'present' });
    expect(evaluate('has(alert.labels.path) && alert.labels.path == "/"').result).toBe('no');
  });

  it('reads lists with all and exists', () => {
    const facts = { target: { disks: [{ path: '/' }, { path: '/var' }], count: 2 } };
    expect(evaluate('target.disks.all(d, d.path.startsWith("/"))', facts).result).toBe('yes');
    expect(evaluate('target.disks.exists(d, d.used > 3)', facts).result).toBe('error');
    expect(evaluate('target.disks.all(d, true)', { target: { disks: Array.from({ length: 1_001 }, () => 1) } }).result).toBe(
      'error',
    );
  });

  it('sees nothing that is inherited', () => {
    expect(evaluate('has(alert.labels.toString)').result).toBe('no');
    expect(evaluate('alert.labels.constructor == "x"').result).toBe('error');
  });

  it.each([
    ['alert.namespce == "x"', '6: there is no alert.namespce (did you mean "namespace"?); alert has'],
    ['alrt.name == "x"', '0: there is no alrt (did you mean "alert"?)'],
    ['alert.value > 90', '6: there is no alert.value: CloudWatch sends the number only inside a sentence'],
    ['alert.name', '0: the condition is text, not yes or no'],
    ['1 + 1', '0: the condition is a number'],
    ['alert.threshold > "90"', '16: compares a number with text'],
    ['alert.name && true', '6: needs yes or no here, and this is text'],
    ['alert.threshold + 1 > 2.0', '16: mixes a whole number with a fraction'],
    ['alert.name = "x"', '11: the condition cannot be read: "=" was not expected here; to compare, write =='],
    ['now() > 3', '0: there is no function now'],
    ['alert.name.startWith("x")', '10: there is no function startWith (did you mean "startsWith"?)'],
    ['alert.name.matches("(?=x)")', '19: "(?=x)" is not a pattern'],
    ['alert.threshold.all(x, true)', '6: needs a list here'],
    ['alert.name.foo == "x"', '11: there is no alert.name.foo: alert.name is text'],
    ['target.disks.all(a, a.b.all(c, c.d.all(e, true)))', 'more than 2 of all'],
    [`${'('.repeat(30)}true${')'.repeat(30)}`, 'brackets inside each other'],
    [`${'1+'.repeat(300)}1 == 1`, 'more than 500 parts'],
    ['', 'the condition is empty'],
    ['size(alert.threshold) == 1', '11: size needs text or a list, and this is a number'],
    ['alert.name in "abc"', '11: in needs a list on its right, and this is text; to look into text, use contains'],
    ['alert.name.startsWith("a", "b")', '10: startsWith belongs to one text and takes one, as in alert.name.startsWith("web")'],
    ['startsWith(alert.name, "b")', '0: startsWith belongs to one text'],
    ['has(alert)', '0: has() asks for one field, such as has(alert.metric)'],
    ['alert.name ? true : false', '6: needs yes or no before the ?, and this is text'],
    ['true ? alert.name : 1', '0: the condition is text, not yes or no'],
    ['alert.name + 1 == "x"', '11: text + a number cannot be calculated'],
    ['alert.name - "x" == "a"', '11: text - text cannot be calculated'],
    ['-alert.name == "a"', '- needs a number, and this is text'],
    ['alert.metric == null', '13: no field of an alert is ever null; ask has(alert.metric)'],
    ['target.disks.all(d, "x")', '20: needs yes or no here, and this is text'],
    [
      `target.disks.all(a, target.disks.all(b, ${Array.from({ length: 30 }, () => 'a.n > b.n').join(' || ')}))`,
      'the condition would take more than 100000 steps over lists of 30',
    ],
  ])('is refused at load: %s', (text, says) => {
    expect(problemsOf(text).join('\n')).toContain(says);
  });

  it('takes no longer than its budget, however long the lists are', () => {
    const list = (length: number) => ({ target: { disks: Array.from({ length }, (_, n) => ({ n, parts: [n] })) } });
    const nested = 'target.disks.all(a, target.disks.exists(b, a.n == b.n))';
    expect(evaluate(nested, list(40)).result).toBe('yes');
    expect(evaluate(nested, list(900))).toEqual({
      result: 'error',
      found: 'its lists are too long: it would take more than 100000 steps',
    });
    expect(evaluate('target.disks.all(a, a.parts.all(b, b >= 0))', list(40)).result).toBe('yes');
    expect(evaluate('target.disks.all(a, a.n >= 0)', list(1_000)).result).toBe('yes');
  });

  it.each<[string, string[]]>([
    ['alert.metric == "x" && alert.labels.path == "/"', ['alert.metric', 'alert.labels.path']],
    ['has(alert.metric) && alert.metric == "x"', []],
    ['alert.metric == "x" && has(alert.metric)', []],
    ['!has(alert.metric) || alert.metric == "x"', []],
    ['has(alert.metric) || alert.metric == "x"', ['alert.metric']],
    ['has(alert.metric) ? alert.metric == "x" : alert.labels.a == "b"', ['alert.labels.a']],
    ['!(has(alert.metric) && alert.metric == "x")', []],
    ['alert.labels["path"] != "/"', ['alert.labels.path!']],
    ['!alert.name.startsWith("x")', ['alert.name!']],
    ['target.disks.all(d, d.path == "/")', ['target.disks', 'd.path']],
  ])('tells which fields it reads without has(): %s', (text, fieldsRead) => {
    expect(unaskedReads(text).map(({ field, negated }) => `${field}${negated ? '!' : ''}`)).toEqual(fieldsRead);
  });

  it('splits at its outermost && alone', () => {
    expect(conjuncts('a == "x && y" && (b && c) && !d')).toEqual(['a == "x && y"', '(b && c)', '!d']);
    expect(conjuncts('a && b || c')).toEqual(['a && b || c']);
    expect(conjuncts("a == r'\\' && b == 'x'")).toEqual(["a == r'\\'", "b == 'x'"]);
  });

  it('has patterns that match in linear time, and only the whole text', () => {
    // JavaScript's own engine would not come back from this one.
    expect(matchesWhole('^(a+)+$', `${'a'.repeat(200)}!`)).toBe(false);
    expect(matchesWhole('^a|b$', 'a; rm -rf /')).toBe(false);
    expect(matchesWhole('(', 'x')).toBe(false);
  });

  it('never throws and never says yes where it cannot be evaluated, whatever the facts', () => {
    const compiled = compileCondition('alert.labels.x == alert.name', ruleFields);
    if (!compiled.ok) throw new Error('does not compile');
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const { result } = compiled.condition.evaluate({ alert: value } as JsonObject);
        const whole = value as { labels?: { x?: unknown }; name?: unknown } | null;
        if (result === 'yes') expect(whole?.labels?.x).toEqual(whole?.name);
      }),
    );
  });
});
