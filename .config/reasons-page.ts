import { writeFileSync } from 'node:fs';
import { REASON_CODES, type ReasonKind } from '../src/model/reason-codes.ts';

/*
 * node .config/reasons-page.ts: writes docs/reasons.md from the table of reason codes. A test sees that the page is current.
 */
const PAGE = new URL('../docs/reasons.md', import.meta.url);

/** The page of reason codes as it should be. */
export function reasonsPage(): string {
  const rows = Object.entries<ReasonKind>(REASON_CODES)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, { severity, audience, doc }]) => `| \`${code}\` | ${doc} | ${severity} | ${audience} |`);
  return `${HEAD}${rows.join('\n')}\n`;
}

const HEAD = `# Reason codes

Every action, refusal, notice and outcome has a reason: a code, a sentence with its numbers, and the numbers as facts. The code is what
logs, metrics (\`smartscale_refusals_total\`, \`smartscale_notices_total\`), events and alerts carry; it keeps its name. This page is written
by \`node .config/reasons-page.ts\` from \`src/model/reason-codes.ts\`.

Severity: \`warning\` means that somebody should look, \`info\` explains. Audience: the \`operator\` of the fleet, the \`owner\` of the
workload, or \`anyone\` who wants to know why.

| code | what it says | severity | audience |
|---|---|---|---|
`;

if (process.argv[1] === new URL(import.meta.url).pathname) writeFileSync(PAGE, reasonsPage());
