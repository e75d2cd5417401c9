import { type Command, Option } from 'commander';

/** Adds the options of the commands that look at a live cluster: `WorldOptions`. */
export function addWorldFlags(command: Command): Command {
  return addLedgerFlags(command)
    .option('--kubeconfig <file>', 'kubeconfig (default: KUBECONFIG, ~/.kube/config or the service account)')
    .option('--context <name>', "context of the kubeconfig (default: the file's own)")
    .option('--namespace <name>', 'namespace of the policy and the lease (default: our own, or smartscale)')
    .option('--node-fleet <name>', "NodeFleet that names the policy (default: the cluster's name)")
    .option('--policy <file>', 'policy file instead of the one that the NodeFleet names')
    .option('--prometheus-url <url>', 'Prometheus with the metrics of nodes (default: none, load is unknown)')
    .option('--cluster-name <name>', "value of the instances' tag Cluster (default: SMARTSCALE_CLUSTER)")
    .addHelpText(
      'after',
      `
Environment: AWS_REGION, SMARTSCALE_LAUNCH_TEMPLATE, SMARTSCALE_LAUNCH_TEMPLATE_VERSION, and SMARTSCALE_SUBNET_IDS or
SMARTSCALE_SUBNET_TAG (key=value) name the AWS account's parts; credentials are found as the AWS SDK finds them.`,
    );
}

export function addLedgerFlags(command: Command): Command {
  return command
    .addOption(
      new Option('--ledger <store>', 'where operations and the leader lease are stored')
        .choices(['kubernetes', 'dynamodb'])
        .default('kubernetes')
        .env('SMARTSCALE_LEDGER'),
    )
    .addOption(new Option('--table <name>', 'DynamoDB table of --ledger dynamodb').env('SMARTSCALE_TABLE'));
}
