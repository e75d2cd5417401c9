import { z } from 'zod';

/** A share in percent. */
export const percent = z.number().min(0).max(100);
/** A duration in seconds, a day at most. */
export const seconds = z.number().int().min(0).max(86_400);
/** An IANA time zone. */
export const timeZone = z.string().refine(isTimeZone, {
  error: 'must be an IANA time zone such as Asia/Dhaka',
  params: { remedy: 'write a name of the IANA list: Region/City, or UTC' },
});

function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
