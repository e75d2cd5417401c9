/**
 * The NodeFleet: which policy it names, and its status.
 * What the other rooms use of `policy/`; they import it from here alone.
 */

export { NodeFleetPolicySource } from './policy/node-fleet-policy-source.ts';
export { NODE_FLEET, type NodeFleetRef } from './policy/node-fleet-resource.ts';
export { NodeFleetStatusWriter } from './policy/node-fleet-status-writer.ts';
