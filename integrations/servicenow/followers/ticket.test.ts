import { describe, expect, it } from '@jest/globals';
import { decision, ledger } from '../testkit/given.js';
import { ours, setStage } from '../testkit/stage.js';

const stage = setStage();
const { ask, behave, opened, edited, tickets, only, deliver, writes, notOpening, remediated } = stage;

describe('M13, row 51: a ticket is opened, updated and resolved with the run', () => {
  it('tells a whole run in work notes, each with its marker, and resolves at its end', async () => {
    stage.told.decide(decision());
    await deliver(stage.told.line('plan', 'restart-ec2-instance on i-0aa11'));
    expect(await only()).toMatchObject({ state: '1', correlation_id: 'opssentinel:pagerduty:Q1', urgency: '1', impact: '2' });
    await deliver(stage.told.line('approval', 'waits for 1 of the people on call', { state: 'waiting' }));
    await deliver(stage.told.line('execute', 'SSM Automation began', { state: 'info' }));
    expect(await only()).toMatchObject({ state: '2' });
    await deliver(stage.told.line('verify', 'alarm OK for 3 s'));
    await deliver(remediated());
    const ticket = await only();
    expect(ticket.notes).toEqual([
      'OpsSentinel plan: restart-ec2-instance on i-0aa11\n[opssentinel pagerduty:Q1 1]',
      'OpsSentinel approval: waits for 1 of the people on call\n[opssentinel pagerduty:Q1 2]',
      'OpsSentinel effect: SSM Automation began\n[opssentinel pagerduty:Q1 3]',
      'OpsSentinel verification: alarm OK for 3 s\n[opssentinel pagerduty:Q1 4]',
      'OpsSentinel outcome: remediated: alarm OK since 03:14:20Z\n[opssentinel pagerduty:Q1 5]',
    ]);
    expect(ticket).toMatchObject({
      state: '6',
      close_code: 'Solution provided',
      close_notes: 'OpsSentinel remediated: alarm OK since 03:14:20Z. Timeline: http://localhost:8080/i/pagerduty:Q1',
    });
    const effects = await stage.sandbox.effects();
    expect(effects.map(({ key }) => key)).toEqual(
      ['', 1, 2, 3, 4, 5, ''].map((seq) => (seq === '' ? '' : `opssentinel pagerduty:Q1 ${seq}`)),
    );
  });

  it('opens it with who calls, a title and where to look, in words of ours before those of the alert', async () => {
    const evil = decision();
    evil.incident.title = 'javascript:gs.log() [code]<b>x</b>[/code]'.padEnd(300, '!');
    stage.told.decide(evil);
    await deliver(stage.told.line('plan', '[CODE]<script>alert(1)</script>[/code]'));
    const ticket = await only();
    expect(ticket.short_description).toMatch(/^OpsSentinel: javascript:gs\.log\(\) \(code\)<b>x/);
    expect(ticket.short_description.length).toBeLessThanOrEqual(160);
    expect(ticket.description).toContain('Timeline: http://localhost:8080/i/pagerduty:Q1');
    expect(ticket.notes.join()).not.toMatch(/\[\/?code\]/i);
    expect(ticket.caller_id).toBe((await edited(ticket.number, { caller_id: 'opssentinel' })).caller_id);
  });

  it('opens none where that is not wished, and none for what nobody needs one for', async () => {
    await deliver(stage.told.line('outcome', 'joined: the same alert is handled as Q0', { data: { kind: 'joined' } }));
    await deliver(stage.told.line('report', 'pagerduty note'));
    notOpening();
    await deliver(stage.told.line('plan', 'restart'));
    expect(await tickets()).toEqual([]);
  });
});

describe('M13: the same lines again', () => {
  it('write nothing twice, whatever answer was lost', async () => {
    for (const kind of ['execute-then-reset', 'execute-then-500', 'half-body'] as const) {
      await stage.sandbox.reset();
      const lines = [stage.told.line('plan', 'restart'), stage.told.line('execute', 'began', { state: 'info' })];
      await stage.sandbox.fault('POST incident', kind);
      await expect(deliver(...lines)).rejects.toMatchObject({ fault: 'ambiguous' });
      await stage.sandbox.fault('PATCH incident/{sys_id}', kind);
      await expect(deliver(...lines)).rejects.toMatchObject({ fault: 'ambiguous' });
      await deliver(...lines);
      await deliver(...lines);
      expect((await only()).notes).toHaveLength(1);
      expect(await writes()).toEqual(['POST incident: opened', 'PATCH incident: state 1 → 2, work note']);
    }
  });

  it('what was missed while the ticket was not there is told when it is', async () => {
    notOpening();
    await deliver(stage.told.line('plan', 'restart'));
    await opened(ours);
    await deliver(stage.told.line('execute', 'began', { state: 'info' }));
    expect((await only()).notes).toEqual([
      expect.stringMatching(/plan: restart\n\[opssentinel pagerduty:Q1 1\]\n\n.*effect: began/s),
    ]);
  });

  it('a note that a person copied does not hide another line of ours', async () => {
    await deliver(stage.told.line('plan', 'restart'));
    const { number } = await only();
    await edited(number, { work_notes: 'I saw [opssentinel pagerduty:Q1 1]' });
    await deliver(stage.told.line('verify', 'well'));
    expect((await only()).notes).toHaveLength(3);
  });
});

describe('M13: finding the ticket', () => {
  it('touches nothing when the instance leaves the query out and gives the rest of the table', async () => {
    await opened({ correlation_id: 'somebody else' });
    await opened();
    await behave({ unreadable: ['correlation_id'] });
    const wanted = deliver(stage.told.line('plan', 'restart'));
    await expect(wanted).rejects.toMatchObject({ fault: 'forbidden', message: expect.stringContaining('correlation_id') });
    expect(await writes()).toEqual([]);
    expect(await tickets()).toHaveLength(2);
  });

  it('opens no second one because rights hide the first: the limit counts before them', async () => {
    const { number } = await opened(ours);
    await behave({ hidden: [number] });
    await expect(deliver(stage.told.line('plan', 'restart'))).rejects.toMatchObject({ fault: 'forbidden' });
    expect(await tickets()).toHaveLength(1);
  });

  it('two of one mark: neither is touched, and it says which', async () => {
    const first = await opened(ours);
    const second = await opened(ours);
    const wanted = deliver(stage.told.line('plan', 'restart'));
    await expect(wanted).rejects.toMatchObject({ fault: 'conflict', message: expect.stringContaining(first.number) });
    await expect(deliver(stage.told.line('verify', 'well'))).rejects.toThrow(second.number);
    expect(await writes()).toEqual([]);
  });

  it('a mark that differs only in case is another', async () => {
    await opened({ correlation_id: 'OPSSENTINEL:PAGERDUTY:q1' });
    await deliver(stage.told.line('plan', 'restart'));
    expect(await tickets()).toHaveLength(2);
    expect((await tickets())[0].notes).toEqual([]);
  });

  it('a later life goes on with the open ticket of the earlier, and opens its own when that is over', async () => {
    await deliver(stage.told.line('plan', 'restart'));
    const { number } = await only();
    stage.told = ledger('pagerduty:Q1:r1763853600');
    await deliver(stage.told.line('plan', 'restart again'));
    expect((await only()).notes).toHaveLength(2);
    await edited(number, { state: '6', close_code: 'Duplicate', close_notes: 'x' });
    stage.told = ledger('pagerduty:Q1:r1763857200');
    await deliver(stage.told.line('plan', 'and again'));
    expect((await tickets()).map(({ correlation_id: mark }) => mark)).toEqual([
      'opssentinel:pagerduty:Q1',
      'opssentinel:pagerduty:Q1:r1763857200',
    ]);
    expect((await tickets())[0].notes).toHaveLength(2);
  });

  it('a dropped correlation_id is noticed: no ticket more is opened, line after line', async () => {
    await behave({ readOnly: ['correlation_id'] });
    await expect(deliver(stage.told.line('plan', 'restart'))).rejects.toMatchObject({ fault: 'refused' });
    await expect(deliver(stage.told.line('verify', 'well'))).rejects.toThrow('dropped its correlation_id');
    expect(await tickets()).toHaveLength(1);
  });

  it('work notes that cannot be read are not written again and again', async () => {
    await deliver(stage.told.line('plan', 'restart'));
    await behave({ hidden: ['sys_journal_field'] });
    const again = deliver(stage.told.line('verify', 'well'));
    await expect(again).rejects.toMatchObject({ fault: 'forbidden', message: expect.stringContaining('sys_journal_field') });
    expect((await only()).notes).toHaveLength(1);
  });
});

describe('a ticket that is itself the incident', () => {
  it('is told what its channel does not tell, and left to the channel to resolve', async () => {
    const { sys_id: sysId } = await opened();
    stage.told = ledger(`servicenow:${sysId}`);
    stage.told.decide(decision());
    await deliver(stage.told.line('plan', 'restart'), stage.told.line('approval', 'waits', { state: 'waiting' }));
    await deliver(stage.told.line('execute', 'began', { state: 'info' }), remediated());
    const { notes, state, correlation_id: mark } = await only();
    expect(notes.join('\n').match(/OpsSentinel \w+:/g)).toEqual(['OpsSentinel plan:', 'OpsSentinel effect:']);
    expect([state, mark]).toEqual(['2', '']);
  });

  it('that is closed is not written to', async () => {
    const { sys_id: sysId, number } = await opened();
    await edited(number, { state: '7', close_code: 'User error', close_notes: 'x' });
    stage.told = ledger(`servicenow:${sysId}`);
    await deliver(stage.told.line('plan', 'restart'));
    expect(await writes()).toEqual([]);
  });
});

it('asks the simulator for nothing that it does not know', async () => {
  await deliver(stage.told.line('plan', 'restart'));
  expect(await ask('GET', 'unknown')).toEqual([]);
});
