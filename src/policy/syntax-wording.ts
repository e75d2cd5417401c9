/** What the YAML parser, or our look at the raw lines, found in one line. */
export interface SyntaxFinding {
  readonly code: string;
  readonly message: string;
  readonly line: number;
}

interface Wording {
  readonly rule: string;
  readonly remedy: string;
}

const WORDINGS: Readonly<Record<string, Wording>> = {
  TAB_AS_INDENT: { rule: 'tabs must not indent YAML', remedy: 'replace the tab by spaces' },
  BAD_INDENT: {
    rule: 'the indentation fits no level above it, or a bracket was never closed',
    remedy: 'give the keys of one mapping the same indentation and close every bracket',
  },
  MULTIPLE_DOCS: { rule: 'a file holds one policy', remedy: 'delete everything from this --- on' },
  MISSING_CHAR: {
    rule: 'a closing quote or bracket, or the colon after a key, is missing',
    remedy: 'close the quote or bracket, or write `key: value`',
  },
  BLOCK_AS_IMPLICIT_KEY: {
    rule: 'one line holds two colons',
    remedy: 'put the inner key on a line of its own, or quote a value that holds a colon',
  },
  MULTILINE_IMPLICIT_KEY: {
    rule: 'a key must stand on one line and end in a colon',
    remedy: 'write `key: value`',
  },
  BAD_ALIAS: {
    rule: 'a value must not begin with * or &',
    remedy: 'write the value out, quoted if it is text',
  },
  BAD_SCALAR_START: {
    rule: 'the first character of a value or key is reserved in YAML',
    remedy: 'quote the text or delete the character',
  },
  UNEXPECTED_TOKEN: {
    rule: 'YAML does not expect what is here',
    remedy: 'delete the extra bracket, comma or text',
  },
  CONFLICT_MARKER: {
    rule: 'a merge conflict was committed',
    remedy: 'keep one side and delete the lines <<<<<<<, ======= and >>>>>>>',
  },
  OLD_VERSION: {
    rule: 'a policy is YAML 1.2, where yes is text and 010 is ten',
    remedy: 'delete the %YAML line',
  },
};

/** The rule that a finding breaks and how to mend it; the parser's own words where we have none better. */
export function syntaxWording({ code, message }: SyntaxFinding): Wording {
  const own = Object.hasOwn(WORDINGS, code) ? WORDINGS[code] : undefined;
  return own ?? { rule: `YAML syntax: ${message.split('\n')[0]}`, remedy: 'correct the line' };
}
