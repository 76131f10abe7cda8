import { parse } from '@cdktf/hcl2json';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Automatic, silences, tfvars } from './escalation.js';

const minute = 60_000;
const served = (service: string, recovered: number, p90: number, change: Partial<Automatic['services'][number]> = {}) => ({
  source: 'pagerduty',
  service,
  environment: 'prod',
  recovered,
  p90Ms: p90 * minute,
  ...change,
});
const automatic = (rule: string, ...services: Automatic['services']): Automatic => ({ rule, environments: ['prod'], services });
const minutesOf = (...rules: Automatic[]) => silences(rules).map(({ service, minutes }) => [service, minutes]);
const read = async (text: string) => (await parse('x.tfvars', text)) as { silent_minutes_by_service: Record<string, number> };

describe('M26: how long people wait is what was learned of the service', () => {
  it('the p90 of its slowest automatic rule, rounded up, at most 10 minutes', () => {
    const cpu = automatic('cpu', served('PSVC001', 38, 7.2), served('PSVC002', 40, 2.4), served('PSVC003', 40, 31));
    const disk = automatic('disk', served('PSVC001', 25, 6), served('PSVC002', 25, 3));
    expect(minutesOf(cpu, disk)).toEqual([
      ['PSVC001', 8],
      ['PSVC002', 3],
      ['PSVC003', 10],
    ]);
  });

  it('not less than usual while too little is known of one of its rules', () => {
    const few = automatic('disk', served('PSVC001', 19, 1));
    expect(minutesOf(automatic('cpu', served('PSVC001', 38, 2)), few)).toEqual([['PSVC001', 5]]);
    expect(minutesOf(automatic('cpu', served('PSVC001', 38, 7.2)), few)).toEqual([['PSVC001', 8]]);
    expect(minutesOf(few)).toEqual([['PSVC001', 5]]);
  });

  it('of where the rule is automatic alone, and of what PagerDuty pages for', () => {
    const elsewhere = served('PSVC001', 38, 7, { environment: 'staging' });
    expect(minutesOf(automatic('cpu', elsewhere, served('checkout', 38, 7, { source: 'grafana' })))).toEqual([]);
  });

  it('is a file that Terraform reads, with the rule and its n beside each figure', async () => {
    const found = silences([
      automatic('cpu', served('PSVC001', 38, 7.2), served('PSVC002', 3, 1)),
      automatic('disk', served('PSVC001', 1, 1)),
    ]);
    const text = tfvars(found);
    expect(text).toContain(
      '# cpu in prod: p90 7 min 12 s, n 38; too little is known of disk in prod (1 recovery): not less than 5\n',
    );
    expect(text).toContain('# too little is known of cpu in prod (3 recoveries): not less than 5\n');
    expect(await read(text)).toEqual({ silent_minutes_by_service: { PSVC001: 8, PSVC002: 5 } });
    expect(await read(tfvars([]))).toEqual({ silent_minutes_by_service: {} });
  });

  it('whatever stands in the ledger: whole minutes, 1 to 10, and nothing but ids', async () => {
    const service = fc.oneof(fc.constantFrom('PSVC001', '9SVC', '${file("/etc/passwd")}', 'P"\n}', 'p'), fc.string());
    const one = fc.record({ service, recovered: fc.nat(60), p90: fc.double({ min: 0, max: 90, noNaN: true }) });
    await fc.assert(
      fc.asyncProperty(fc.array(one, { maxLength: 5 }), async (all) => {
        const found = silences([automatic('cpu', ...all.map((each) => served(each.service, each.recovered, each.p90)))]);
        const { silent_minutes_by_service: told } = await read(tfvars(found));
        for (const [id, minutes] of Object.entries(told)) {
          expect(id).toMatch(/^[A-Z0-9]+$/);
          expect([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]).toContain(minutes);
        }
      }),
      { numRuns: 50 },
    );
  });
});
