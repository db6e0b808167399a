import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import {
  BackupPlan,
  BackupPlanRule,
  BackupResource,
  BackupVault,
  type IBackupVault,
} from 'aws-cdk-lib/aws-backup'
import { Schedule } from 'aws-cdk-lib/aws-events'
import { PolicyDocument, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { Construct } from 'constructs'
import {
  denyEveryone,
  EXCEPT_SERVICES,
  exceptPrincipals,
  forThisAccount,
  type HandWrittenRole,
  handWrittenRole,
  serviceLinkedRoles,
} from '../iam'
import type { ArchiveTables } from './tables'

export interface BackupProps {
  /** A vault cannot change its key: another key needs another `Backup`, under another id. */
  readonly key: IKey
  readonly tables: ArchiveTables
  /** Days that each monthly backup is kept; false for none. The vault stays, with the backups that it holds. */
  readonly retentionDays: number | false
  /** Who may delete backups before that. */
  readonly breakGlassPrincipals: readonly string[]
}

/** A vault with monthly backups of both tables, for what is older than the 35 days of point-in-time recovery. */
export class Backup extends Construct {
  readonly vault: IBackupVault
  private readonly role: HandWrittenRole

  constructor(scope: Construct, id: string, props: BackupProps) {
    super(scope, id)
    const { key, tables, retentionDays, breakGlassPrincipals } = props
    this.role = handWrittenRole(this, '', {
      assumedBy: new ServicePrincipal('backup.amazonaws.com', { conditions: forThisAccount(this) }),
      description: 'Backs up the session archive',
      statements: [],
    })
    this.vault = new BackupVault(this, 'Vault', {
      // the vault outlives this construct, so the next one needs another name
      backupVaultName: `Sessions-${this.role.roleId}`,
      encryptionKey: key,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      accessPolicy: new PolicyDocument({
        statements: [
          denyEveryone(
            'NobodyDeletes',
            ['backup:DeleteRecoveryPoint', 'backup:UpdateRecoveryPointLifecycle'],
            // AWS Backup itself deletes what has expired
            { ...exceptPrincipals([...breakGlassPrincipals, serviceLinkedRoles(this)]), ...EXCEPT_SERVICES },
          ),
        ],
      }),
    })
    this.role.policy.addStatements(
      new PolicyStatement({
        actions: ['backup:CopyIntoBackupVault', 'backup:DescribeBackupVault'],
        resources: [this.vault.backupVaultArn],
      }),
    )
    tables.grantBackup(this.role)
    if (retentionDays !== false) this.addPlan(tables, retentionDays)
  }

  private addPlan(tables: ArchiveTables, retentionDays: number): void {
    const { vault, role } = this
    const plan = new BackupPlan(this, 'Plan', { backupPlanName: vault.backupVaultName, backupVault: vault })
    plan.addRule(
      new BackupPlanRule({
        ruleName: 'Monthly',
        scheduleExpression: Schedule.cron({ day: '1', hour: '3', minute: '0' }),
        deleteAfter: Duration.days(retentionDays),
      }),
    )
    const selection = plan.addSelection('Tables', {
      role: role.role,
      disableDefaultBackupPolicy: true,
      resources: [
        BackupResource.fromDynamoDbTable(tables.sessions),
        BackupResource.fromDynamoDbTable(tables.sweeps),
      ],
    })
    selection.node.addDependency(role.policy)
  }
}
