import { plain } from './words.js';

/** What a tool answered, as far as we look: text for people, data for checks. */
export interface ToolResult {
  failed: boolean;
  /** One bounded line of its text. */
  says: string;
  /** Its structured content, or its one text read as JSON; undefined where it is neither. */
  data: unknown;
}

interface Content {
  type: string;
  text?: unknown;
}

/** Longest line that is kept of what a tool says. Characters. */
const longest = 300;

export function resultOf(answer: { content?: readonly Content[]; structuredContent?: unknown; isError?: boolean }): ToolResult {
  const texts = (answer.content ?? []).flatMap(({ type, text }) => (type === 'text' && typeof text === 'string' ? [text] : []));
  return {
    failed: answer.isError === true,
    says: plain(texts.join(' '), longest),
    data: answer.structuredContent ?? (texts.length === 1 ? jsonIn(texts[0] ?? '') : undefined),
  };
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
