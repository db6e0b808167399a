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

/**
 * Saves queries of CloudWatch Logs Insights for the function's log. The receipts answer everything else.
 *
 * @param folder that the console shows them in
 */
export function addLogQueries(scope: Construct, logGroup: ILogGroup, folder: string): void {
  for (const [name, queryString] of Object.entries(QUERIES))
    new QueryDefinition(scope, `Query-${name}`, {
      queryDefinitionName: `${folder}/${name}`,
      queryString,
      logGroups: [logGroup],
    })
}
