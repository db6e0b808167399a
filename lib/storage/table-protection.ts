import { Stack } from 'aws-cdk-lib'
import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import { exceptPrincipals } from './except-principals'

/**
 * DynamoDB refuses a policy that names an action it does not support in a table's policy, and with it the whole
 * deployment. These are all of the supported ones that change items or settings.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/rbac-iam-actions.html
 */
const ADD_OR_CHANGE = ['dynamodb:PutItem', 'dynamodb:UpdateItem']
const DELETE_OR_BYPASS = [
  'dynamodb:BatchWriteItem',
  'dynamodb:DeleteItem',
  'dynamodb:PartiQLDelete',
  'dynamodb:PartiQLInsert',
  'dynamodb:PartiQLUpdate',
]
const CHANGE_SETTINGS = [
  'dynamodb:DeleteResourcePolicy',
  'dynamodb:DisableKinesisStreamingDestination',
  'dynamodb:EnableKinesisStreamingDestination',
  'dynamodb:PutResourcePolicy',
  'dynamodb:UpdateContinuousBackups',
  'dynamodb:UpdateKinesisStreamingDestination',
  'dynamodb:UpdateTable',
  'dynamodb:UpdateTableReplicaAutoScaling',
  'dynamodb:UpdateTimeToLive',
]
const DELETE_TABLE = 'dynamodb:DeleteTable'

export interface TableProtectionProps {
  /** Who is exempt from everything here. */
  readonly breakGlassPrincipals: readonly string[]
  /** Whether a deployment may delete the tables. */
  readonly deletable: boolean
}

/**
 * The policy of a table: denies everyone, whatever their own policies allow, to write or delete items and to
 * change settings. It allows nothing.
 */
export class TableProtection {
  readonly policy = new PolicyDocument()

  constructor(
    private readonly scope: Construct,
    private readonly props: TableProtectionProps,
  ) {
    this.deny('NobodyDeletes', [...DELETE_OR_BYPASS, ...(props.deletable ? [] : [DELETE_TABLE])], {
      ...exceptPrincipals(props.breakGlassPrincipals),
    })
    this.deny(
      'OnlyDeploymentsChangeSettings',
      [...CHANGE_SETTINGS, ...(props.deletable ? [DELETE_TABLE] : [])],
      {
        ...exceptPrincipals([...props.breakGlassPrincipals, ...this.deployers()]),
        // a person's own credentials, passed on by CloudFormation where it has no role of its own
        'ForAllValues:StringNotEquals': { 'aws:CalledVia': ['cloudformation.amazonaws.com'] },
        BoolIfExists: { 'aws:PrincipalIsAWSService': 'false' },
      },
    )
  }

  /** Makes a role the only one that adds and changes items. */
  admit(roleArn: string): void {
    this.deny('OnlyTheArchiverWrites', ADD_OR_CHANGE, {
      ...exceptPrincipals([roleArn, ...this.props.breakGlassPrincipals]),
    })
  }

  /** CloudFormation's role of the CDK bootstrap, which trusts nobody else, and the roles that AWS has for itself. */
  private deployers(): string[] {
    const { partition, account } = Stack.of(this.scope)
    const roles = `arn:${partition}:iam::${account}:role`
    return [`${roles}/cdk-*-cfn-exec-role-*`, `${roles}/aws-service-role/*`]
  }

  private deny(sid: string, actions: string[], conditions: Record<string, unknown>): void {
    this.policy.addStatements(
      new PolicyStatement({
        sid,
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: actions.sort(),
        resources: ['*'], // the table and its indexes: a policy cannot name the table it belongs to
        conditions,
      }),
    )
  }
}
