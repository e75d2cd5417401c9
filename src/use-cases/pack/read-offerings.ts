import { z } from 'zod';
import { type Offering, offeringKey } from '../../model/offering.ts';
import { CommandError } from '../command-error.ts';
import { readDocuments } from '../files/read-documents.ts';
import { amount, checkEntry, count, faultOf, fields, oneOf, text } from './entry-rules.ts';

const positive = (unit: string) => {
  const error = `must be a number of ${unit} above 0; write a bare number`;
  return z.number({ error }).positive({ error });
};

const offeringEntry = fields({
  type: text,
  zone: text,
  lifecycle: oneOf('spot', 'on-demand'),
  arch: text,
  priceUsdPerHour: positive('USD per hour')
    .nullish()
    .transform((price) => price ?? undefined),
  allocatable: fields({
    cpuMillis: positive('millicores'),
    memoryMiB: positive('MiB'),
    pods: count('pods', 1),
    extended: z.record(z.string(), amount('units', 0)).exactOptional(),
  }),
});

/**
 * The offerings of a file: a list of `{ type, zone, lifecycle, arch, priceUsdPerHour?, allocatable }` in JSON or YAML. A
 * price that is not stated is unknown, which is not free.
 * @throws CommandError when it cannot be read, an entry breaks a rule, or two name the same type, zone and lifecycle
 */
export async function readOfferings(file: string): Promise<readonly Offering[]> {
  const documents = await readDocuments(file);
  const [list] = documents;
  if (documents.length !== 1 || !Array.isArray(list)) {
    throw new CommandError(`${file} is no list of offerings: write [ ] around them, each like ${EXAMPLE}`);
  }
  if (list.length === 0) throw new CommandError(`${file} has no offering: add one like ${EXAMPLE}`);
  const seen = new Map<string, number>();
  return list.map((entry: unknown, index) => {
    const place = { file, at: `[${index}]`, name: undefined };
    const offering: Offering = checkEntry(offeringEntry, entry, place);
    const first = seen.get(offeringKey(offering));
    if (first !== undefined) {
      const message = `[${first}] is ${offeringKey(offering)} already; delete one of the two`;
      throw faultOf(place, { path: ['type'], entry, message });
    }
    seen.set(offeringKey(offering), index);
    return offering;
  });
}

const EXAMPLE =
  '{"type": "t3.small", "zone": "ap-southeast-1a", "lifecycle": "spot", "arch": "amd64", "priceUsdPerHour": 0.01, "allocatable": {"cpuMillis": 1900, "memoryMiB": 1400, "pods": 110}}';
