import { Duration, Fn, RemovalPolicy, Stack } from 'aws-cdk-lib'
import { BackupPlan, BackupPlanRule, BackupResource, BackupVault } from 'aws-cdk-lib/aws-backup'
import { Schedule } from 'aws-cdk-lib/aws-events'
import { PolicyDocument, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { Construct } from 'constructs'
import { denyEveryone, exceptPrincipals, forThisAccount, handWrittenRole } from '../iam'
import type { ArchiveTables } from './tables'

export interface BackupProps {
  readonly key: IKey
  readonly tables: ArchiveTables
  /** Days that each backup is kept. */
  readonly retentionDays: number
  /** Who may delete backups before that. */
  readonly breakGlassPrincipals: readonly string[]
}

/** A monthly backup of both tables, for what is older than the 35 days of point-in-time recovery. */
export class Backup extends Construct {
  constructor(scope: Construct, id: string, props: BackupProps) {
    super(scope, id)
    const { key, tables, retentionDays, breakGlassPrincipals } = props
    const stackUuid = Fn.select(2, Fn.split('/', Stack.of(this).stackId))
    const vault = new BackupVault(this, 'Vault', {
      backupVaultName: `Sessions-${stackUuid}`, // the vault outlives the stack: the next stack needs another name
      encryptionKey: key,
      removalPolicy: RemovalPolicy.RETAIN,
      accessPolicy: new PolicyDocument({
        statements: [
          denyEveryone(
            'NobodyDeletes',
            ['backup:DeleteRecoveryPoint', 'backup:UpdateRecoveryPointLifecycle'],
            exceptPrincipals(breakGlassPrincipals),
          ),
        ],
      }),
    })
    const backupRole = handWrittenRole(this, '', {
      assumedBy: new ServicePrincipal('backup.amazonaws.com', { conditions: forThisAccount(this) }),
      description: 'Backs up the session archive',
      statements: [
        new PolicyStatement({
          actions: ['backup:CopyIntoBackupVault', 'backup:DescribeBackupVault'],
          resources: [vault.backupVaultArn],
        }),
      ],
    })
    tables.grantBackup(backupRole)

    const plan = new BackupPlan(this, 'Plan', { backupVault: vault })
    plan.addRule(
      new BackupPlanRule({
        ruleName: 'Monthly',
        scheduleExpression: Schedule.cron({ day: '1', hour: '3', minute: '0' }),
        deleteAfter: Duration.days(retentionDays),
      }),
    )
    const selection = plan.addSelection('Tables', {
      role: backupRole.role,
      disableDefaultBackupPolicy: true,
      resources: [
        BackupResource.fromDynamoDbTable(tables.sessions),
        BackupResource.fromDynamoDbTable(tables.sweeps),
      ],
    })
    selection.node.addDependency(backupRole.policy)
  }
}
