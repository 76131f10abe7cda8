import { defineRoute } from '../route.js';
import { DoorList, FollowerList } from '../shapes.js';

export const listFollowers = defineRoute({
  method: 'get',
  path: '/api/v1/followers',
  scope: 'viewer',
  summary: "Where the ledger's lines are followed to, and how far each has come.",
  description: 'A sink that is away delays nothing: its lines wait here and are delivered when it is back.',
  responses: { 200: { says: 'The followers that have ever run.', schema: FollowerList } },
  handle: async ({ ledger }) => ({ status: 200, body: { followers: await ledger.cursors() } }),
});

export const listDoors = defineRoute({
  method: 'get',
  path: '/api/v1/doors',
  scope: 'viewer',
  summary: 'The webhook doors: by what a sender can prove itself at each, as this API is configured.',
  responses: { 200: { says: 'The doors.', schema: DoorList } },
  handle: async ({ doors }) => ({ status: 200, body: { doors } }),
});
