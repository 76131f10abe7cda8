import { buttons } from './button.js';

/** A message as `chat.postMessage` and `chat.update` take it. */
export interface Written {
  /** What a notification shows. */
  text: string;
  blocks: readonly object[];
}

/** What the two buttons carry and ask before they count. */
export interface Choice {
  value: string;
  /** What exactly is approved, in plain text. */
  exactly: string;
}

/** Characters. Far below what Slack takes of a whole message (13,200 in all blocks), above all that our notes say. */
const longest = { headline: 600, details: 5_000, word: 400, confirm: 300 };

/** Those three alone are special in mrkdwn (docs.slack.dev, "Escaping text"): without them nothing becomes a mention or a link. */
export const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** By whole characters, so that none is cut into halves. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/**
 * A note as PagerDuty has it: its first line, and the rest as it is set. All of it stands in rich text, whose texts are taken as they are:
 * what an alert says cannot become a mention, a link or a format. `words`: what people said of it so far.
 */
export function written(note: string, link: string, words: readonly string[] = [], choice?: Choice): Written {
  const [headline = '', ...rest] = note.split('\n');
  const details = rest.filter((row) => !/^More {4}/.test(row)).join('\n');
  return {
    text: escaped(cut(headline, 300)),
    blocks: [
      richText([
        section(cut(headline, longest.headline), true),
        ...(details.trim() === '' ? [] : [preformatted(cut(details, longest.details))]),
        ...words.map((word) => section(cut(word, longest.word))),
      ]),
      ...(choice === undefined ? [] : [choiceOf(choice)]),
      ...linkTo(link),
    ],
  };
}

const richText = (elements: readonly object[]): object => ({ type: 'rich_text', elements });
const section = (text: string, bold = false): object => ({
  type: 'rich_text_section',
  elements: [{ type: 'text', text: text === '' ? ' ' : text, ...(bold ? { style: { bold } } : {}) }],
});
const preformatted = (text: string): object => ({ type: 'rich_text_preformatted', elements: [{ type: 'text', text }] });

/** Ours alone: an address that is none is left out. */
function linkTo(link: string): object[] {
  if (!/^https?:\/\//.test(link)) return [];
  const address = link.replace(/[<>|\s]/g, encodeURIComponent).replaceAll('&', '&amp;');
  return [{ type: 'context', elements: [{ type: 'mrkdwn', text: `<${address}|Open the incident>`, verbatim: true }] }];
}

const plain = (text: string): object => ({ type: 'plain_text', text, emoji: false });

function choiceOf({ value, exactly }: Choice): object {
  const button = (label: string, id: string, style: 'primary' | 'danger'): object => ({
    type: 'button',
    action_id: id,
    text: plain(label),
    style,
    value,
    confirm: {
      title: plain(`${label} exactly this?`),
      text: plain(cut(exactly, longest.confirm)),
      confirm: plain(label),
      deny: plain('Back'),
      style,
    },
  });
  return {
    type: 'actions',
    elements: [button('Approve', buttons.approve, 'primary'), button('Reject', buttons.reject, 'danger')],
  };
}
