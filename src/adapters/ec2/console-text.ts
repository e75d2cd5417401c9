/** The end of the text says why a machine did not join; more would only be carried around. */
const MAX_CHARACTERS = 4_096;

/** K3s join tokens in both forms, and bootstrap tokens, which user data may have printed. */
const SECRET_PATTERNS = [/K10[0-9a-f]{64}::\S+/g, /\b[a-z0-9]{6}\.[a-z0-9]{16}\b/g];

/** The last words of a machine from EC2's base64, join tokens blotted out; `undefined` when there are none. */
export function consoleText(base64: string | undefined): string | undefined {
  const text = Buffer.from(base64 ?? '', 'base64')
    .toString('utf8')
    .trim();
  if (text === '') return undefined;
  return SECRET_PATTERNS.reduce((blotted, secret) => blotted.replaceAll(secret, '[token]'), text).slice(
    -MAX_CHARACTERS,
  );
}
