import { PolicyDocument } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import { denyEveryone, deployers, EXCEPT_SERVICES, exceptPrincipals } from '../iam'

/**
 * All actions that change items or settings, of those that DynamoDB supports in a table's policy. If a policy
 * names any other, DynamoDB refuses it, and the deployment fails.
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
  /** Who is exempt from every denial. */
  readonly breakGlassPrincipals: readonly string[]
  /** Whether a deployment may delete the tables. */
  readonly deletable: boolean
}

/**
 * The policy of a table. It denies everyone, whatever their own policies allow, to write or delete items and to
 * change settings. It allows nothing.
 */
export class TableProtection {
  readonly policy: PolicyDocument
  private readonly breakGlassPrincipals: readonly string[]

  constructor(scope: Construct, { breakGlassPrincipals, deletable }: TableProtectionProps) {
    this.breakGlassPrincipals = breakGlassPrincipals
    this.policy = new PolicyDocument({
      statements: [
        denyEveryone('NobodyDeletes', deletable ? DELETE_OR_BYPASS : [...DELETE_OR_BYPASS, DELETE_TABLE], {
          ...exceptPrincipals(breakGlassPrincipals),
          ...EXCEPT_SERVICES,
        }),
        denyEveryone(
          'OnlyDeploymentsChangeSettings',
          deletable ? [...CHANGE_SETTINGS, DELETE_TABLE] : CHANGE_SETTINGS,
          {
            ...exceptPrincipals([...breakGlassPrincipals, ...deployers(scope)]),
            // a person's own credentials, which CloudFormation passes on if it has no role
            'ForAllValues:StringNotEquals': { 'aws:CalledVia': ['cloudformation.amazonaws.com'] },
            ...EXCEPT_SERVICES,
          },
        ),
      ],
    })
  }

  /** Makes a role the only one that adds and changes items. */
  admit(roleArn: string): void {
    const admitted = [roleArn, ...this.breakGlassPrincipals]
    this.policy.addStatements(
      denyEveryone('OnlyTheArchiverWrites', ADD_OR_CHANGE, exceptPrincipals(admitted)),
    )
  }
}
