/** An element: its text, or its children in order. */
export interface XmlElement {
  name: string;
  children: XmlElement[];
  text: string;
}

/** The document element of the plain XML that AWS's query protocol speaks: no comments, CDATA or mixed content. Throws on what is not well-formed. */
export function parseXml(source: string): XmlElement {
  const root: XmlElement = { name: '', children: [], text: '' };
  const open = [root];
  for (const [, closing, name = '', empty, text = ''] of source
    .replace(/^<\?xml[^>]*\?>/, '')
    .matchAll(/<(\/?)([A-Za-z0-9]+)[^>]*?(\/?)>([^<]*)/g)) {
    const current = open.at(-1) as XmlElement;
    if (closing) {
      if (current.name !== name) throw new Error(`</${name}> closes <${current.name}>`);
      open.pop();
      continue;
    }
    const element: XmlElement = { name, children: [], text: text.trim() };
    current.children.push(element);
    if (!empty) open.push(element);
  }
  const [document] = root.children;
  if (open.length !== 1 || root.children.length !== 1 || !document) throw new Error('not one well-formed element');
  return document;
}
