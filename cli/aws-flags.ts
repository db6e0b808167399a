import { type Command, Option } from 'commander'
import { region, url } from './parsers'

export interface AwsFlags {
  readonly region?: string
  readonly profile?: string
  readonly endpointUrl?: string
}

/** Adds the flags that the AWS CLI has, under its names. */
export function addAwsFlags(command: Command): Command {
  return command
    .option('--region <region>', 'region of the tables (default: as the AWS CLI finds it)', region)
    .option('--profile <name>', 'profile of the AWS configuration files')
    .option('--endpoint-url <url>', 'where DynamoDB and CloudFormation are, if not in AWS', url)
}

export const FORMATS = ['table', 'json', 'jsonl', 'csv'] as const
export type Format = (typeof FORMATS)[number]

export function outputOption(): Option {
  return new Option('--output <format>', 'how to print').choices(FORMATS).default('table')
}
