import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { credentialOf } from './database-proxy'

export type CloudFormation = Awaited<ReturnType<typeof startCloudFormation>>

/**
 * Answers DescribeStacks as AWS does, for stacks with these outputs. It keeps the requests, and their credentials:
 * key, day, region, service.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
 */
export async function startCloudFormation(stacks: Record<string, Record<string, string>>) {
  const calls: { readonly body: string; readonly credential: string }[] = []
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
  const close = async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  return { url: `http://127.0.0.1:${port}`, calls, close }
}

function described(name: string, outputs: Record<string, string>): string {
  const members = Object.entries(outputs).map(
    ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  )
  const stack = `<StackName>${name}</StackName><Outputs>${members.join('')}</Outputs>`
  return `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">
    <DescribeStacksResult><Stacks><member>${stack}</member></Stacks></DescribeStacksResult>
  </DescribeStacksResponse>`
}

function noSuchStack(name: string): string {
  return `<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error>
    <Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id ${name} does not exist</Message>
  </Error></ErrorResponse>`
}
