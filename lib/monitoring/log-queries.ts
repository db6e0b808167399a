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
  durations: new QueryString({
    filterStatements: ['@type = "REPORT"'],
    statsStatements: ['max(@duration) as longestMs, max(@maxMemoryUsed) as bytes by bin(1d)'],
    sort: 'longestMs desc',
  }),
}

/** Saves queries of CloudWatch Logs Insights for the function's log. The receipts answer everything else. */
export function addLogQueries(scope: Construct, logGroup: ILogGroup): void {
  for (const [name, queryString] of Object.entries(QUERIES))
    new QueryDefinition(scope, `Query-${name}`, {
      queryDefinitionName: `${Stack.of(scope).stackName}/${name}`,
      queryString,
      logGroups: [logGroup],
    })
}
