import { Stack } from 'aws-cdk-lib'
import { type ILogGroup, QueryDefinition, QueryString } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'

const QUERIES = {
  failures: new QueryString({
    fields: ['@timestamp', 'source', 'error.name', 'error.message', 'requestId'],
    filterStatements: ['level = "ERROR"'],
    sort: '@timestamp desc',
    limit: 100,
  }),
  sweeps: new QueryString({
    fields: [
      '@timestamp',
      'source',
      'receipt.Kind',
      'receipt.Outcome',
      'receipt.Seen',
      'receipt.Archived',
      'receipt.Updated',
      'receipt.Rejected',
      'receipt.Open',
      'receipt.ItemId',
    ],
    filterStatements: ['ispresent(receipt.ItemId)'],
    sort: '@timestamp desc',
    limit: 100,
  }),
  'last complete sweeps': new QueryString({
    filterStatements: ['receipt.Outcome = "complete"'],
    statsStatements: ['max(@timestamp) as lastComplete by source'],
    sort: 'lastComplete asc',
  }),
  durations: new QueryString({
    filterStatements: ['@type = "REPORT"'],
    statsStatements: ['max(@duration) as longestMs, max(@maxMemoryUsed) as bytes by bin(1d)'],
    sort: 'longestMs desc',
  }),
}

/** Saved queries of CloudWatch Logs Insights over the function's log. */
export function addLogQueries(scope: Construct, logGroup: ILogGroup): void {
  for (const [name, queryString] of Object.entries(QUERIES))
    new QueryDefinition(scope, `Query-${name.replaceAll(' ', '-')}`, {
      queryDefinitionName: `${Stack.of(scope).stackName}/${name}`,
      queryString,
      logGroups: [logGroup],
    })
}
