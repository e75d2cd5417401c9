import * as pulumi from '@pulumi/pulumi';

/** One permission of a role. There is no `NotAction`, and a wildcard resource needs a reason. */
export interface Statement {
  readonly Sid: string;
  readonly Action: readonly string[];
  readonly Resource: pulumi.Input<string> | readonly pulumi.Input<string>[];
  readonly Condition?: Readonly<
    Record<string, Readonly<Record<string, pulumi.Input<string> | readonly string[]>>>
  >;
}

/** A policy that allows these, as IAM reads it. */
export function allow(statements: readonly Statement[]): pulumi.Output<string> {
  return pulumi.jsonStringify({
    Version: '2012-10-17',
    Statement: statements.map((statement) => ({ ...statement, Effect: 'Allow' })),
  });
}
