import { Stack } from 'aws-cdk-lib'
import { AccountPrincipal } from 'aws-cdk-lib/aws-iam'
import type { SessionArchiveProps } from '../../lib/props'
import { SessionArchive } from '../../lib/session-archive'
import { DeployedTemplate } from '../support/template'
import { appWithoutBundle, BREAK_GLASS, EVERY_OPTION } from './synth'

/** Of what keeps something: properties whose change replaces it. Every other change is made in place. */
const CREATE_ONLY: Readonly<Record<string, readonly string[]>> = {
  'AWS::DynamoDB::Table': ['TableName', 'KeySchema', 'ImportSourceSpecification'],
  'AWS::KMS::Key': ['KeySpec', 'KeyUsage', 'MultiRegion', 'Origin'],
  'AWS::Backup::BackupVault': ['BackupVaultName', 'EncryptionKeyArn'],
}

interface Archive extends SessionArchiveProps {
  /** Construct ids. */
  readonly ids?: readonly string[]
  readonly reader?: string
}

function templateOf({ ids = ['SessionArchive'], reader, ...props }: Archive = {}): DeployedTemplate {
  const app = appWithoutBundle()
  const stack = new Stack(app, 'SessionArchive')
  for (const id of ids) {
    const archive = new SessionArchive(stack, id, props)
    if (reader !== undefined) archive.sessions.grantReadData(new AccountPrincipal(reader))
  }
  return new DeployedTemplate(app.synth().directory)
}

interface Deployed {
  /** Differs from that of everything that had the same logical id before. */
  readonly physicalId: string
  /** The name that the template gives it. @default - CloudFormation makes one that nothing else has */
  readonly name?: string
  /** Its {@link CREATE_ONLY} properties. */
  readonly fixed: string
  readonly survivesRollback: boolean
}

/** An AWS account, as far as it matters what CloudFormation makes, keeps and leaves behind. */
class Account {
  private stack = new Map<string, Deployed>()
  /** Names of what is no longer in the stack, but still there. */
  private readonly leftBehind: (string | undefined)[] = []
  private count = 0

  /** @throws Error if a name exists already, or if something that keeps data would be replaced */
  deploy(template: DeployedTemplate, { fails = false } = {}): void {
    const next = this.resourcesOf(template)
    const created = [...next].filter(([id]) => !this.stack.has(id)).map(([, one]) => one)
    for (const { name } of created)
      if (name !== undefined && this.leftBehind.includes(name)) throw new Error(`${name} already exists`)
    for (const [id, { fixed }] of next)
      if (fixed !== (this.stack.get(id) ?? { fixed }).fixed) throw new Error(`${id} would be replaced`)
    const left = fails
      ? created.filter(({ survivesRollback }) => survivesRollback)
      : [...this.stack].filter(([id]) => !next.has(id)).map(([, one]) => one)
    this.leftBehind.push(...left.map(({ name }) => name))
    if (!fails) this.stack = next
  }

  private resourcesOf({ json }: DeployedTemplate): Map<string, Deployed> {
    // biome-ignore lint/suspicious/noExplicitAny: JSON, read by expectations
    const resources = Object.entries<any>(json.Resources)
    const physicalIds = new Map(
      resources.map(([id]) => [id, this.stack.get(id)?.physicalId ?? `${id}-${++this.count}`]),
    )
    const resolve = (value: unknown): string | undefined =>
      JSON.stringify(value, (key, inner) =>
        key === 'Ref' || key === 'Fn::GetAtt' ? [inner].flat().map((id) => physicalIds.get(id) ?? id) : inner,
      )
    return new Map(
      resources.map(([id, { Type, Properties, DeletionPolicy }]) => {
        const keeps = CREATE_ONLY[Type]
        if (keeps !== undefined) expect(DeletionPolicy).toMatch(/^Retain/)
        const one = {
          physicalId: String(physicalIds.get(id)),
          name: keeps && resolve(Properties.TableName ?? Properties.BackupVaultName),
          fixed: String(resolve(keeps?.map((name) => Properties[name]))),
          survivesRollback: DeletionPolicy === 'Retain',
        }
        return [id, one]
      }),
    )
  }
}

const OWN_KEY: Archive = { keyArn: EVERY_OPTION.keyArn }
const OTHER_KEY: Archive = { keyArn: EVERY_OPTION.keyArn.replace('1234abcd', 'ffffffff') }

const STEPS: [string, Archive][] = [
  ['the first', {}],
  ['backups off', { backupRetentionDays: false }],
  ['backups on again', {}],
  ['an own key', OWN_KEY],
  ['another own key', OTHER_KEY],
  ['the first own key again', OWN_KEY],
  ['the key forgotten', {}],
  ['an organization', { organizationId: EVERY_OPTION.organizationId }],
  ['a single account again', {}],
  ['another account granted', { reader: '444455556666' }],
  ['a break-glass principal added', { reader: '444455556666', breakGlassPrincipals: [BREAK_GLASS] }],
  ['and removed', { reader: '444455556666' }],
]

test('a sequence of deployments replaces no table, key or vault, and makes none twice', () => {
  const account = new Account()
  for (const [name, archive] of STEPS) {
    const template = templateOf(archive)
    expect(() => account.deploy(template, { fails: true })).not.toThrow() // and is rolled back
    expect(() => account.deploy(template)).not.toThrow()
    const kept = Object.keys(CREATE_ONLY).flatMap((type) => Object.keys(template.resources(type)))
    expect([name, kept.sort()]).toEqual([
      name,
      [
        ...(archive.keyArn === undefined ? ['SessionArchiveBackupVaultCADAF48C'] : [expect.any(String)]),
        'SessionArchiveEvidenceSigningKey3E594322',
        ...(archive.keyArn === undefined ? ['SessionArchiveTablesKey0F673AC7'] : []),
        'SessionArchiveTablesSessions97EB5AF3',
        'SessionArchiveTablesSweeps07B46758',
      ],
    ])
  }
})

/** Properties that hold a name. */
const NAME =
  /^((Table|BackupVault|BackupPlan|Role|ManagedPolicy|Function|Queue|Topic|LogGroup|Alarm|Dashboard)?Name)$/

/** Every name that the template fixes, with the type of what has it. */
function namesOf({ json }: DeployedTemplate): string[] {
  // biome-ignore lint/suspicious/noExplicitAny: JSON, read by expectations
  return Object.values<any>(json.Resources).flatMap(({ Type, Properties: { BackupPlan, ...others } }) =>
    Object.entries({ ...others, ...BackupPlan })
      .filter(([property]) => NAME.test(property) && Type !== 'AWS::Lambda::EventSourceMapping')
      .map(([, value]) => `${Type} ${JSON.stringify(value)}`),
  )
}

test('two archives fit into one stack: no name and no output is the same', () => {
  const one = templateOf()
  const two = templateOf({ ids: ['SessionArchive', 'Emea'] })
  const names = namesOf(two)
  expect(names).toHaveLength(2 * namesOf(one).length)
  expect(new Set(names).size).toBe(names.length)
  const outputs = Object.keys(one.json.Outputs)
  expect(Object.keys(two.json.Outputs)).toEqual([...outputs, ...outputs.map((name) => `Emea${name}`)])
})
