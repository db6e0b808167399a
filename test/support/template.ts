import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Where the template is "deployed": the values of its pseudo parameters. */
export const DEPLOYMENT = {
  'AWS::AccountId': '111122223333',
  'AWS::Region': 'us-east-1',
  'AWS::Partition': 'aws',
  'AWS::StackId':
    'arn:aws:cloudformation:us-east-1:111122223333:stack/SessionArchive/5f3c2d10-c8a1-11ef-9a3b-0e1f2a3b4c5d',
  'AWS::URLSuffix': 'amazonaws.com',
} as const

interface Resource {
  readonly Type: string
  // biome-ignore lint/suspicious/noExplicitAny: the properties of any resource, intrinsic functions resolved
  readonly Properties: any
}

/** What `cdk synth` writes, as CloudFormation would deploy it. */
export class DeployedTemplate {
  // biome-ignore lint/suspicious/noExplicitAny: JSON, read by the tests' expectations
  private readonly template: any

  constructor(
    readonly folder: string,
    stack = 'SessionArchive',
  ) {
    this.template = JSON.parse(readFileSync(join(folder, `${stack}.template.json`), 'utf8'))
  }

  /** Resources of a type by logical id, every reference resolved to the name or ARN that it would have. */
  resources(type: string): Record<string, Resource> {
    return Object.fromEntries(
      Object.entries<Resource>(this.template.Resources)
        .filter(([, resource]) => resource.Type === type)
        .map(([id, resource]) => [id, { ...resource, Properties: this.resolve(resource.Properties) }]),
    )
  }

  /** The one resource of a type. */
  resource(type: string): Resource & { logicalId: string } {
    const [[logicalId, resource] = [], ...others] = Object.entries(this.resources(type))
    if (!logicalId || !resource || others.length > 0) throw new Error(`expected one ${type}`)
    return { logicalId, ...resource }
  }

  get outputs(): Record<string, string> {
    return Object.fromEntries(
      Object.entries<{ Value: unknown }>(this.template.Outputs).map(([id, { Value }]) => [
        id,
        String(this.resolve(Value)),
      ]),
    )
  }

  /** The folder of a function's bundled code. */
  asset({ Code }: { Code: { S3Key: string } }): string {
    return join(this.folder, `asset.${Code.S3Key.replace('.zip', '')}`)
  }

  private resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.resolve(item))
    if (typeof value !== 'object' || value === null) return value
    const [[name, argument] = [], ...others] = Object.entries(value)
    if (others.length === 0 && name === 'Ref') return this.reference(String(argument))
    if (others.length === 0 && name === 'Fn::GetAtt') return this.attribute(argument)
    if (others.length === 0 && name === 'Fn::Join') return this.join(argument)
    if (others.length === 0 && name === 'Fn::Select') return this.select(argument)
    if (others.length === 0 && name === 'Fn::Split') return this.split(argument)
    if (others.length === 0 && name === 'Fn::Sub') return this.substitute(String(argument))
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, this.resolve(inner)]))
  }

  private reference(id: string): string {
    const pseudo = Object.entries(DEPLOYMENT).find(([name]) => name === id)
    return pseudo ? pseudo[1] : id
  }

  private attribute([id, attribute]: [string, string]): string {
    if (attribute !== 'Arn' && attribute !== 'TopicArn') return id
    const services: Record<string, string> = {
      'AWS::CloudWatch::Alarm': `cloudwatch:${this.place}:alarm:${id}`,
      'AWS::DynamoDB::Table': `dynamodb:${this.place}:table/${id}`,
      'AWS::IAM::Role': `iam::${DEPLOYMENT['AWS::AccountId']}:role/${id}`,
      'AWS::KMS::Key': `kms:${this.place}:key/${id}`,
      'AWS::Lambda::Function': `lambda:${this.place}:function:${id}`,
      'AWS::Logs::LogGroup': `logs:${this.place}:log-group:${id}:*`,
      'AWS::SQS::Queue': `sqs:${this.place}:${id}`,
    }
    const service = services[this.template.Resources[id].Type]
    if (service === undefined) throw new Error(`no ARN is known for ${id}`)
    return `arn:aws:${service}`
  }

  private join([separator, parts]: [string, unknown[]]): string {
    return parts.map((part) => String(this.resolve(part))).join(separator)
  }

  private select([index, list]: [number | string, unknown]): unknown {
    return (this.resolve(list) as unknown[])[Number(index)]
  }

  private split([separator, text]: [string, unknown]): string[] {
    return String(this.resolve(text)).split(separator)
  }

  private substitute(text: string): string {
    return text.replace(/\$\{([^}]+)\}/g, (_match, id: string) => this.reference(id))
  }

  private get place(): string {
    return `${DEPLOYMENT['AWS::Region']}:${DEPLOYMENT['AWS::AccountId']}`
  }
}

/** Runs `cdk synth`, as a deployer does, without an AWS account. */
export function synthesise(...context: string[]): DeployedTemplate {
  const folder = mkdtempSync(join(tmpdir(), 'cdk.out-'))
  const flags = context.flatMap((pair) => ['--context', pair])
  execFileSync('npx', ['cdk', 'synth', '--quiet', '--output', folder, ...flags], {
    env: { ...withoutAws(process.env), CI: 'true' },
    stdio: 'pipe',
  })
  return new DeployedTemplate(folder)
}

function withoutAws(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('AWS_')))
}
