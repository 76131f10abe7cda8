import { describe, expect, it } from '@jest/globals';
import type { ServiceNowClient } from '../client.js';
import { connected, decision, ledger } from '../testkit/given.js';
import { setStage } from '../testkit/stage.js';

const stage = setStage();
const { ask, behave, opened, edited, tickets, only, deliver, notOpening, remediated, planned } = stage;

describe('M13: resolving where the rule says so', () => {
  it('takes the code that the instance has, or says which variable to set', async () => {
    await behave({ closeCodes: 'old' });
    await planned();
    await deliver(remediated());
    expect(await only()).toMatchObject({ state: '6', close_code: 'Solved (Permanently)' });

    await stage.sandbox.reset();
    await behave({ closeCodes: ['Fertig', 'Doppelt'] });
    await planned();
    const refused = deliver(remediated());
    await expect(refused).rejects.toMatchObject({
      fault: 'refused',
      message: expect.stringContaining('set SERVICENOW_CLOSE_CODE'),
    });
    expect((await only()).state).toBe('1');
    expect((await only()).notes.at(-1)).toContain('could not resolve this ticket');

    stage.call = connected(stage.sandbox, { SERVICENOW_CLOSE_CODE: 'Fertig' });
    await deliver(remediated());
    expect(await only()).toMatchObject({ state: '6', close_code: 'Fertig' });
  });

  it('a data policy that wants more is told on the ticket, once, and refused for good', async () => {
    await behave({ mandatory: ['business_service'] });
    await planned();
    const line = remediated();
    for (let times = 0; times < 2; times += 1)
      await expect(deliver(line)).rejects.toMatchObject({
        fault: 'refused',
        message: expect.stringContaining('business_service'),
      });
    const { notes, state } = await only();
    expect(state).toBe('1');
    expect(notes.filter((note: string) => note.includes('could not resolve'))).toHaveLength(1);
  });

  it('reads back what was stored: a field that was dropped silently is no resolution', async () => {
    await behave({ readOnly: ['state'] });
    await planned();
    await expect(deliver(remediated())).rejects.toMatchObject({
      fault: 'conflict',
      message: expect.stringContaining('state is 1'),
    });
    expect((await only()).notes.at(-1)).toContain('could not resolve this ticket');
  });

  it('leaves alone what is resolved or closed already', async () => {
    for (const state of ['6', '7']) {
      await stage.sandbox.reset();
      await planned();
      const { number } = await only();
      await edited(number, { state, close_code: 'User error', close_notes: 'by hand' });
      await deliver(remediated());
      expect(await only()).toMatchObject({ state, close_code: 'User error', close_notes: 'by hand' });
    }
  });

  /** What a person does after the ticket was read, and before it is written. */
  const meanwhile = async (fields: Record<string, string>): Promise<void> => {
    const { number } = await only();
    const { client } = stage.call;
    const request: ServiceNowClient['request'] = async (...given) => {
      const answer = await client.request(...given);
      if (given[1].operation === 'GET sys_choice') await edited(number, fields);
      return answer;
    };
    stage.call = { ...stage.call, client: { ...client, request } };
  };

  it.each<Record<string, string>>([{ state: '3', hold_reason: '1' }, { assigned_to: 'agent.one' }])(
    'a ticket that people took between our read and our write is theirs: %j',
    async (fields) => {
      await planned();
      await meanwhile(fields);
      const wanted = deliver(remediated());
      await expect(wanted).rejects.toMatchObject({ fault: 'conflict', message: expect.stringContaining('somebody else') });
      expect(await only()).toMatchObject({ state: fields['state'] ?? '1', close_code: '' });
    },
  );

  it('one that people resolved meanwhile is as they left it, and nothing is said of it', async () => {
    await planned();
    await meanwhile({ state: '6', close_code: 'User error', close_notes: 'by hand' });
    await deliver(remediated());
    const { close_code: code, notes } = await only();
    expect([code, notes.length]).toEqual(['User error', 2]);
  });

  it('a comment meanwhile takes it from nobody', async () => {
    await planned();
    await meanwhile({ comments: 'any news?' });
    await deliver(remediated());
    expect((await only()).state).toBe('6');
  });

  it('not where the rule does not say so, not for another ending, and not hours later', async () => {
    stage.told.decide(decision({ resolve: 'whenVerified' }));
    await deliver(stage.told.line('plan', 'restart'), remediated());
    stage.told.decide(decision());
    await deliver(stage.told.line('outcome', 'escalated: it did not help', { state: 'failed', data: { kind: 'escalated' } }));
    await deliver(remediated({ at: new Date(Date.now() - 2 * 3_600_000).toISOString() }));
    const { state, notes } = await only();
    expect(state).toBe('1');
    expect(notes.at(-1)).toContain('Not resolved: this is told late');
  });

  it('does not overrule a person who opens it again', async () => {
    await planned();
    await deliver(remediated());
    const { number } = await only();
    await edited(number, { state: '2' });
    await deliver(stage.told.line('undo', 'given back to 4'));
    expect(await only()).toMatchObject({ state: '2', reopen_count: '1' });
  });

  it('an instance that wants an assignee for In Progress gets the note without it', async () => {
    await behave({ mandatoryInProgress: ['assigned_to'] });
    await deliver(stage.told.line('plan', 'restart'));
    await deliver(stage.told.line('execute', 'began', { state: 'info' }));
    const { state, notes } = await only();
    expect(state).toBe('1');
    expect(notes.at(-1)).toMatch(/effect: began.*The state stays as it was: .*assigned_to/s);
  });
});

describe('with PagerDuty’s app on the instance', () => {
  const linked = { x_pd_integration_incident: 'Q1' };

  it('finds the ticket by its link, tells it, and leaves the resolving to the app', async () => {
    notOpening();
    await behave({ pagerDuty: 'installed' });
    await opened(linked);
    await planned();
    await deliver(remediated());
    const { state, notes } = await only();
    expect(state).toBe('1');
    expect(notes.at(-1)).toContain('left to PagerDuty’s app');
    // The PagerDuty incident is resolved by its own channel; then it is looked what became of the ticket.
    const report = stage.told.line('report', 'pagerduty note, pagerduty incident resolved');
    await deliver(report);
    await deliver(report);
    expect((await only()).notes.filter((note: string) => note.includes('is still open'))).toHaveLength(1);
  });

  it('knows the column of newer versions', async () => {
    notOpening();
    await behave({ pagerDuty: 'installed' });
    await opened({ x_pd_integration_incident_id: 'Q1' });
    await deliver(stage.told.line('plan', 'restart'));
    expect((await only()).notes).toHaveLength(1);
  });

  it('`---waiting---` is not yet: no second ticket is opened meanwhile', async () => {
    await behave({ pagerDuty: 'installed' });
    const { number } = await opened({ x_pd_integration_incident: '---waiting---' });
    const line = stage.told.line('plan', 'restart');
    await expect(deliver(line)).rejects.toMatchObject({ fault: 'unavailable', retryAfterMs: 5_000 });
    expect(await only()).toMatchObject({ notes: [] });
    await edited(number, linked);
    await deliver(line);
    expect((await only()).notes).toHaveLength(1);
  });

  it('but what waits for ever keeps nothing: a ticket is opened after two minutes', async () => {
    await behave({ pagerDuty: 'installed' });
    await opened({ x_pd_integration_incident: '---waiting---' });
    await deliver(stage.told.line('plan', 'restart', { at: new Date(Date.now() - 121_000).toISOString() }));
    expect(await tickets()).toHaveLength(2);
  });

  it('with sync on, the ticket is resolved once, by the app, and it is verified', async () => {
    notOpening();
    await behave({ pagerDuty: 'sync', linked: true });
    await stage.sandbox.alarm('ec2-cpu-high', 'ALARM');
    const [{ id }] = (await ask('GET', 'pagerduty/incidents')).incidents;
    stage.told = ledger(`pagerduty:${id}`);
    const linkedTo = async (): Promise<string> => (await only()).x_pd_integration_incident;
    expect(await linkedTo()).toBe('---waiting---');
    while ((await linkedTo()) !== id) await stage.call.sleep(10);
    await planned();
    await deliver(remediated());
    await ask('POST', `pagerduty/incidents/${id}/resolve`, {});
    stage.call = { ...stage.call, pace: { ...stage.call.pace, pollMs: 100 } };
    await deliver(stage.told.line('report', 'pagerduty note, pagerduty incident resolved'));
    const { state, notes, close_notes: closeNotes } = await only();
    expect([state, closeNotes]).toEqual(['6', 'Resolved in PagerDuty.']);
    expect(notes.at(-1)).toContain('PagerDuty’s app has resolved this ticket');
  });
});
