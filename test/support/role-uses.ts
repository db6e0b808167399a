import type { Deployment } from './deployment'
import { type Access, isAllowed, list, policiesOf, type Statement } from './iam'
import { DEPLOYMENT, type DeployedTemplate } from './template'

const PLACE = `${DEPLOYMENT['AWS::Region']}:${DEPLOYMENT['AWS::AccountId']}`

/** What a sweep asks beside DescribeSessions. */
const OTHER_ACTIONS = {
  LookupEvents: 'cloudtrail:LookupEvents',
  DescribeInstanceInformation: 'ssm:DescribeInstanceInformation',
  DescribeInstanceProperties: 'ssm:DescribeInstanceProperties',
} as const
type OtherOperation = keyof typeof OTHER_ACTIONS

/** What IAM saw of the deployed function so far: its calls of the database, and of AWS with its own credentials. */
function callsOf({ proxy, emulator }: Deployment): Access[] {
  const ofTables = proxy.calls.flatMap(({ operation, body }) => {
    const index = body.IndexName === undefined ? '' : `/index/${body.IndexName}`
    const names: string[] = body.TableName === undefined ? Object.keys(body.RequestItems) : [body.TableName]
    return names.map((name) => ({
      action: `dynamodb:${operation}`,
      resource: `arn:aws:dynamodb:${PLACE}:table/${name}${index}`,
    }))
  })
  const ownId = DEPLOYMENT['AWS::AccountId']
  const { calls } = emulator
  const ofRegions = calls
    .sources()
    .filter((source) => source.startsWith(`${ownId}/`))
    .flatMap((source) => {
      const region = source.slice(ownId.length + 1)
      const context = { 'aws:RequestedRegion': region }
      const asked = Object.entries(OTHER_ACTIONS).flatMap(([operation, action]) =>
        calls.countOther({ operation: operation as OtherOperation, accountId: ownId, region }) > 0
          ? [action]
          : [],
      )
      return ['ssm:DescribeSessions', ...asked].map((action) => ({ action, resource: '*', context }))
    })
  const others: Access[] = [
    { action: 'account:ListRegions', resource: `arn:aws:account::${ownId}:account` },
    ...(emulator.calls.countOther({ operation: 'ListAccounts' }) > 0
      ? [{ action: 'organizations:ListAccounts', resource: '*' }]
      : []),
  ]
  return [...ofTables, ...ofRegions, ...others]
}

/** Expects that the function's role allows every call that the function made, and no action that it did not need. */
export function expectExactRole(deployment: Deployment, others: readonly Access[] = []): void {
  expectExactStatements(deployment.template, 'Archiver', [...callsOf(deployment), ...others])
}

/** The same of a function with this in its logical id. */
export function expectExactStatements(
  template: DeployedTemplate,
  part: string,
  calls: readonly Access[],
): void {
  const { Properties } = template.resource('AWS::Lambda::Function', part)
  const statements = policiesOf(template, Properties.Role)
  expect(calls.filter((access) => !isAllowed(statements, access))).toEqual([])

  const logGroup = `arn:aws:logs:${PLACE}:log-group:${Properties.LoggingConfig.LogGroup}:*`
  const ofLambdaItself: Access[] = [
    { action: 'logs:CreateLogStream', resource: logGroup },
    { action: 'logs:PutLogEvents', resource: logGroup },
    { action: 'sqs:SendMessage', resource: Properties.DeadLetterConfig.TargetArn },
  ]
  for (const statement of statements)
    for (const action of list(statement.Action))
      for (const resource of list(statement.Resource)) {
        const single: Statement = { ...statement, Action: action, Resource: resource }
        const uses = [...calls, ...ofLambdaItself].filter((access) => isAllowed([single], access))
        expect({ action, resource, needed: uses.length > 0 }).toEqual({ action, resource, needed: true })
      }
}
