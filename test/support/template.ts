import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App, type AppProps } from 'aws-cdk-lib'
import { propsFromContext } from '../../lib/context'
import { SessionArchiveStack } from '../../lib/session-archive-stack'

/** Where the template is "deployed": the values of its pseudo parameters. */
export const DEPLOYMENT = {
  'AWS::AccountId': '111122223333',
  'AWS::Region': 'us-east-1',
  'AWS::Partition': 'aws',
  'AWS::StackId':
    'arn:aws:cloudformation:us-east-1:111122223333:stack/SessionArchive/5f3c2d10-c8a1-11ef-9a3b-0e1f2a3b4c5d',
  'AWS::URLSuffix': 'amazonaws.com',
} as const

/** Of both tables' streams. */
export const STREAM_LABEL = '2026-11-24T00:00:00.000'

interface Resource {
  readonly Type: string
  // biome-ignore lint/suspicious/noExplicitAny: the properties of any resource, intrinsic functions resolved
  readonly Properties: any
  readonly DependsOn?: readonly string[]
  readonly DeletionPolicy?: string
  readonly UpdateReplacePolicy?: string
}

/** What `cdk synth` writes, as CloudFormation would deploy it. */
export class DeployedTemplate {
  // biome-ignore lint/suspicious/noExplicitAny: JSON, read by the tests' expectations
  readonly json: any

  constructor(
    readonly folder: string,
    stack = 'SessionArchive',
  ) {
    this.json = JSON.parse(readFileSync(join(folder, `${stack}.template.json`), 'utf8'))
  }

  /** Resources of a type by logical id, every reference resolved to the name or ARN that it would have. */
  resources(type: string): Record<string, Resource> {
    return Object.fromEntries(
      Object.entries<Resource>(this.json.Resources)
        .filter(([, resource]) => resource.Type === type)
        .map(([id, resource]) => [id, { ...resource, Properties: this.resolve(resource.Properties) }]),
    )
  }

  /** The properties of each resource of a type. */
  all(type: string): Resource['Properties'][] {
    return Object.values(this.resources(type)).map(({ Properties }) => Properties)
  }

  /** The one resource of a type, with this in its logical id. */
  resource(type: string, part = ''): Resource & { logicalId: string } {
    const found = Object.entries(this.resources(type)).filter(([id]) => id.includes(part))
    const [[logicalId, resource] = [], ...others] = found
    if (!logicalId || !resource || others.length > 0) throw new Error(`expected one ${type} ${part}`)
    return { logicalId, ...resource }
  }

  /** The folder of a function's bundled code. */
  asset({ Code }: { Code: { S3Key: string } }): string {
    return join(this.folder, `asset.${Code.S3Key.replace('.zip', '')}`)
  }

  /** A value of the template with every intrinsic function carried out, the innermost first. */
  // biome-ignore lint/suspicious/noExplicitAny: JSON of any shape
  private resolve(value: any): any {
    if (Array.isArray(value)) return value.map((item) => this.resolve(item))
    if (typeof value !== 'object' || value === null) return value
    const resolved = Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, this.resolve(inner)]),
    )
    const [name = '', ...others] = Object.keys(resolved)
    const argument = resolved[name]
    if (others.length > 0) return resolved
    if (name === 'Ref') return DEPLOYMENT[argument as keyof typeof DEPLOYMENT] ?? this.nameOf(argument)
    if (name === 'Fn::GetAtt') return this.attribute(argument)
    if (name === 'Fn::Sub')
      return argument.replace(/\$\{(.*?)\}/g, (_: string, id: string) => this.resolve({ Ref: id }))
    if (name === 'Fn::Join') return argument[1].join(argument[0])
    if (name === 'Fn::Select') return argument[1][argument[0]]
    if (name === 'Fn::Split') return argument[1].split(argument[0])
    return resolved
  }

  /** The name that the template gives a role, or that CloudFormation makes. */
  private nameOf(id: string): string {
    return this.resolve(this.json.Resources[id]?.Properties?.RoleName) ?? id
  }

  private attribute([id, attribute]: [string, string]): string {
    const place = `${DEPLOYMENT['AWS::Region']}:${DEPLOYMENT['AWS::AccountId']}`
    if (attribute === 'StreamArn') return `arn:aws:dynamodb:${place}:table/${id}/stream/${STREAM_LABEL}`
    if (attribute !== 'Arn' && attribute !== 'TopicArn') return id
    const services: Record<string, string> = {
      'AWS::CloudWatch::Alarm': `cloudwatch:${place}:alarm:${id}`,
      'AWS::DynamoDB::Table': `dynamodb:${place}:table/${id}`,
      'AWS::IAM::Role': `iam::${DEPLOYMENT['AWS::AccountId']}:role/${this.nameOf(id)}`,
      'AWS::KMS::Key': `kms:${place}:key/${id}`,
      'AWS::Lambda::Function': `lambda:${place}:function:${id}`,
      'AWS::Logs::LogGroup': `logs:${place}:log-group:${id}:*`,
      'AWS::S3::Bucket': `s3:::${id}`,
      'AWS::SQS::Queue': `sqs:${place}:${id}`,
    }
    const service = services[this.json.Resources[id].Type]
    if (service === undefined) throw new Error(`no ARN is known for ${id}`)
    return `arn:aws:${service}`
  }
}

/** An app without what takes time and changes no template: validation, stack traces, metadata. */
export function newApp(props: AppProps = {}): App {
  const quick = { builtinCloudFormationValidation: false, stackTraces: false, treeMetadata: false }
  return new App({ outdir: mkdtempSync(join(tmpdir(), 'cdk.out-')), ...quick, ...props })
}

/** The template that `cdk synth` writes with this context, and the function's bundle, made in this process. */
export function synthesise(context: Record<string, unknown> = {}): DeployedTemplate {
  const app = newApp({ context })
  new SessionArchiveStack(app, 'SessionArchive', propsFromContext(app.node, {}))
  return new DeployedTemplate(app.synth().directory)
}

/** Runs `cdk synth`, as a deployer does, without an AWS account. */
export function cdkSynth(): DeployedTemplate {
  const folder = mkdtempSync(join(tmpdir(), 'cdk.out-'))
  const withoutAws = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'))
  execFileSync('npx', ['cdk', 'synth', '--quiet', '--output', folder], {
    env: { ...Object.fromEntries(withoutAws), CI: 'true' },
    stdio: 'pipe',
  })
  return new DeployedTemplate(folder)
}
