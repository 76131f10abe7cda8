import { z } from 'zod';

// Slack's own limits, as its reference of Block Kit gives them (Source: docs.slack.dev/reference/block-kit).

const plain = (most: number) =>
  z.object({ type: z.literal('plain_text'), text: z.string().min(1).max(most), emoji: z.boolean().optional() });
const styles = z.enum(['primary', 'danger']).optional();

const confirm = z.strictObject({
  title: plain(100),
  text: z.union([plain(300), z.object({ type: z.literal('mrkdwn'), text: z.string().min(1).max(300) })]),
  confirm: plain(30),
  deny: plain(30),
  style: styles,
});

const button = z.strictObject({
  type: z.literal('button'),
  action_id: z.string().min(1).max(255),
  text: plain(75),
  value: z.string().max(2_000).optional(),
  style: styles,
  confirm: confirm.optional(),
});

const literal = z.strictObject({
  type: z.literal('text'),
  text: z.string().min(1),
  style: z.object({ bold: z.boolean().optional() }).optional(),
});

const block = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('rich_text'),
    elements: z
      .array(z.strictObject({ type: z.enum(['rich_text_section', 'rich_text_preformatted']), elements: z.array(literal).min(1) }))
      .min(1),
  }),
  z.strictObject({ type: z.literal('actions'), elements: z.array(button).min(1).max(25) }),
  z.strictObject({
    type: z.literal('context'),
    elements: z
      .array(z.strictObject({ type: z.literal('mrkdwn'), text: z.string().min(1).max(3_000), verbatim: z.boolean().optional() }))
      .min(1)
      .max(10),
  }),
]);

export const blocks = z.array(block).max(50);

/** Over all blocks of a message; seen as `msg_blocks_too_long`. Characters. */
export const mostText = 13_200;
