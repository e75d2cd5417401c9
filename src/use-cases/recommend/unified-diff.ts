const CONTEXT_LINES = 3;

interface DiffLine {
  readonly sign: ' ' | '-' | '+';
  readonly text: string;
}

/** The change from one text to another as `diff -u` shows it, with three lines around; empty where they are alike. */
export function unifiedDiff(before: string, after: string, file: string): string {
  const lines = diffLines(linesOf(before), linesOf(after));
  const hunks = hunksOf(lines);
  if (hunks.length === 0) return '';
  return [`--- a/${file}`, `+++ b/${file}`, ...hunks.flatMap((hunk) => hunkText(lines, hunk)), ''].join('\n');
}

function linesOf(text: string): readonly string[] {
  return text.replace(/\n$/, '').split('\n');
}

/** Lines in the order of both texts, by their longest common subsequence; policies have a few hundred lines. */
function diffLines(a: readonly string[], b: readonly string[]): readonly DiffLine[] {
  const common = commonFrom(a, b);
  const lines: DiffLine[] = [];
  for (let i = 0, j = 0; i < a.length || j < b.length;) {
    const sign = nextSign({ a, b, i, j, common });
    lines.push({ sign, text: (sign === '+' ? b[j] : a[i]) ?? '' });
    if (sign !== '+') i += 1;
    if (sign !== '-') j += 1;
  }
  return lines;
}

/** How many lines the ends of both texts share from these lines on. */
type CommonFrom = (i: number, j: number) => number;

function commonFrom(a: readonly string[], b: readonly string[]): CommonFrom {
  const width = b.length + 1;
  const common = new Uint32Array((a.length + 1) * width);
  const at: CommonFrom = (i, j) => common[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1)
      common[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  }
  return at;
}

function nextSign({
  a,
  b,
  i,
  j,
  common,
}: {
  readonly a: readonly string[];
  readonly b: readonly string[];
  readonly i: number;
  readonly j: number;
  readonly common: CommonFrom;
}): DiffLine['sign'] {
  if (i >= a.length) return '+';
  if (j >= b.length) return '-';
  if (a[i] === b[j]) return ' ';
  return common(i + 1, j) >= common(i, j + 1) ? '-' : '+';
}

interface Hunk {
  readonly from: number;
  readonly to: number;
}

/** Where lines change, with those around; what touches is one. */
function hunksOf(lines: readonly DiffLine[]): readonly Hunk[] {
  const hunks: Hunk[] = [];
  for (const [at, { sign }] of lines.entries()) {
    if (sign === ' ') continue;
    const from = Math.max(0, at - CONTEXT_LINES);
    const to = Math.min(lines.length, at + CONTEXT_LINES + 1);
    const last = hunks.at(-1);
    if (last !== undefined && from <= last.to) hunks[hunks.length - 1] = { from: last.from, to };
    else hunks.push({ from, to });
  }
  return hunks;
}

function hunkText(lines: readonly DiffLine[], { from, to }: Hunk): readonly string[] {
  const range = (skipped: '-' | '+') => {
    const before = lines.slice(0, from).filter(({ sign }) => sign !== skipped).length;
    const count = lines.slice(from, to).filter(({ sign }) => sign !== skipped).length;
    return `${count === 0 ? before : before + 1},${count}`;
  };
  return [
    `@@ -${range('+')} +${range('-')} @@`,
    ...lines.slice(from, to).map(({ sign, text }) => `${sign}${text}`),
  ];
}
