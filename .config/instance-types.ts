/*
 * node .config/instance-types.ts FILE: writes src/catalogue/instance-types.json, every EC2 type that runs Linux with its size and its
 * on-demand price in every commercial region, from data/instances.json of the Go module github.com/cristim/ec2-instances-info (MIT
 * data licence; `go mod download -json github.com/cristim/ec2-instances-info@latest` says where it is and of which day).
 */
import { readFileSync, writeFileSync } from 'node:fs';

interface Source {
  readonly instance_type: string;
  readonly arch: readonly string[];
  readonly vCPU: number;
  readonly memory: number;
  readonly GPU: number;
  readonly GPU_model: string | null;
  readonly pricing: Readonly<Record<string, { readonly linux?: { readonly ondemand?: string } }>>;
}

const [, , file] = process.argv;
if (file === undefined) throw new Error('name data/instances.json of the module');
const all = (JSON.parse(readFileSync(file, 'utf8')) as readonly Source[]).filter(
  ({ arch, vCPU }) => vCPU > 0 && arch.some((one) => one === 'x86_64' || one === 'arm64'),
);
const regions = [...new Set(all.flatMap(({ pricing }) => Object.keys(pricing)))]
  // Local zones and Wavelength zones have longer names; GovCloud is a partition of its own.
  .filter((region) => /^[a-z]{2}-[a-z]+-\d$/.test(region))
  .sort();
const types = all
  .toSorted((a, b) => (a.instance_type < b.instance_type ? -1 : 1))
  .map((one) => {
    const prices = regions.map((region) => {
      const price = Number(one.pricing[region]?.linux?.ondemand ?? Number.NaN);
      return Number.isFinite(price) && price > 0 ? Number(price.toFixed(5)) : 0;
    });
    const gpus = one.GPU_model?.startsWith('NVIDIA') === true ? one.GPU : 0;
    const arch = one.arch.includes('arm64') ? 'arm64' : 'amd64';
    return JSON.stringify([one.instance_type, arch, one.vCPU, Math.round(one.memory * 1024), gpus, prices]);
  });
const json = `{"regions":${JSON.stringify(regions)},\n"types":[\n${types.join(',\n')}\n]}\n`;
writeFileSync(new URL('../src/catalogue/instance-types.json', import.meta.url), json);
