import { Duration, Fn, RemovalPolicy, Stack } from 'aws-cdk-lib'
import { BackupPlan, BackupPlanRule, BackupResource, BackupVault } from 'aws-cdk-lib/aws-backup'
import { Schedule } from 'aws-cdk-lib/aws-events'
import {
  AnyPrincipal,
  Effect,
  ManagedPolicy,
  PolicyDocument,
  PolicyStatement,
  Role,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam'
import { Construct } from 'constructs'
import { exceptPrincipals } from './except-principals'
import type { ArchiveTables } from './tables'

export interface BackupProps {
  readonly tables: ArchiveTables
  /** Days that each backup is kept. */
  readonly retentionDays: number
  /** Who may delete backups before that. */
  readonly breakGlassPrincipals: readonly string[]
}

/** A backup of both tables every month: what point-in-time recovery, of 35 days, no longer reaches. */
export class Backup extends Construct {
  constructor(scope: Construct, id: string, { tables, retentionDays, breakGlassPrincipals }: BackupProps) {
    super(scope, id)
    const vault = new BackupVault(this, 'Vault', {
      backupVaultName: `Sessions-${uniquePart(Stack.of(this).stackId)}`, // it outlives the stack: the next one needs another
      encryptionKey: tables.key,
      removalPolicy: RemovalPolicy.RETAIN,
      accessPolicy: new PolicyDocument({
        statements: [
          new PolicyStatement({
            sid: 'NobodyDeletes',
            effect: Effect.DENY,
            principals: [new AnyPrincipal()],
            actions: ['backup:DeleteRecoveryPoint', 'backup:UpdateRecoveryPointLifecycle'],
            resources: ['*'],
            conditions: exceptPrincipals(breakGlassPrincipals),
          }),
        ],
      }),
    })
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('backup.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    })
    const policy = new ManagedPolicy(this, 'Policy', {
      description: 'Backs up the session archive',
      roles: [role],
      statements: [
        new PolicyStatement({
          actions: ['backup:CopyIntoBackupVault', 'backup:DescribeBackupVault'],
          resources: [vault.backupVaultArn],
        }),
      ],
    })
    tables.grantBackup(policy, role)

    const plan = new BackupPlan(this, 'Plan', { backupVault: vault })
    plan.addRule(
      new BackupPlanRule({
        ruleName: 'Monthly',
        scheduleExpression: Schedule.cron({ day: '1', hour: '3', minute: '0' }),
        deleteAfter: Duration.days(retentionDays),
      }),
    )
    const selection = plan.addSelection('Tables', {
      role: role.withoutPolicyUpdates(),
      disableDefaultBackupPolicy: true,
      resources: [
        BackupResource.fromDynamoDbTable(tables.sessions),
        BackupResource.fromDynamoDbTable(tables.sweeps),
      ],
    })
    selection.node.addDependency(policy)
  }
}

/** The last part of a stack's ARN: a UUID. */
function uniquePart(stackId: string): string {
  return Fn.select(2, Fn.split('/', stackId))
}
