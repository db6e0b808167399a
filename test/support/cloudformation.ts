import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { credentialOf } from './database-proxy'

export interface CloudFormation {
  readonly url: string
  /** The requests, and their credentials: key, day, region, service. */
  readonly calls: { readonly body: string; readonly credential: string }[]
  close(): Promise<void>
}

/**
 * Answers DescribeStacks as AWS does, for stacks with these outputs.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
 */
export async function startCloudFormation(
  stacks: Readonly<Record<string, Readonly<Record<string, string>>>>,
): Promise<CloudFormation> {
  const calls: CloudFormation['calls'] = []
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      calls.push({ body, credential: credentialOf(request) })
      const name = new URLSearchParams(body).get('StackName') ?? ''
      const outputs = stacks[name]
      response.writeHead(outputs === undefined ? 400 : 200, { 'content-type': 'text/xml' })
      response.end(outputs === undefined ? noSuchStack(name) : described(name, outputs))
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function described(name: string, outputs: Readonly<Record<string, string>>): string {
  const members = Object.entries(outputs).map(
    ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  )
  return `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">
    <DescribeStacksResult><Stacks><member>
      <StackName>${name}</StackName>
      <CreationTime>2026-01-01T00:00:00.000Z</CreationTime>
      <StackStatus>CREATE_COMPLETE</StackStatus>
      <Outputs>${members.join('')}</Outputs>
    </member></Stacks></DescribeStacksResult>
  </DescribeStacksResponse>`
}

function noSuchStack(name: string): string {
  return `<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error>
    <Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id ${name} does not exist</Message>
  </Error></ErrorResponse>`
}
