import type { Target } from '../../../domain/target.js';
import type { CalendarSubject } from '../../contract/calendar.js';
import type { VendorSamples } from '../../contract/testkit/sample.js';
import { httpIcal } from '../calendars/ical.js';
import { httpProbe } from '../checks/probe.js';
import { connectHttp, type HttpClient } from '../client.js';
import type { HttpConfig } from '../config.js';

/** A refusal is an answer of the check, and one that is not well: it is about exactly that. Of the calendar it is none. */
export const samples: VendorSamples<HttpConfig, HttpClient> = {
  connect: connectHttp,
  reads: [
    {
      of: 'http.probe',
      operation: 'GET /http/checkout',
      run: (call) => httpProbe.read(call, httpProbe.params.parse({ probe: 'checkout', contains: 'ok' }), {} as Target),
    },
    {
      of: 'http.ical',
      operation: 'GET /http/freezes.ics',
      run: (call) => httpIcal.read(call, { calendar: 'freezes' }, { at: '2026-12-18T00:00:00.000Z' } as CalendarSubject),
    },
  ],
};
