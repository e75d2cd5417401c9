import { Config } from '@pulumi/pulumi';
import { makeFleetBase } from './fleet-base.ts';
import { readSettings } from './settings.ts';

/** What `pulumi stack output` shows. */
export const fleet = makeFleetBase(readSettings(new Config('smartscale'), new Config('aws')));
