import {
  DescribeInstanceInformationCommand,
  type DescribeInstanceInformationCommandInput,
  DescribeInstancePropertiesCommand,
  type DescribeInstancePropertiesCommandInput,
} from '@aws-sdk/client-ssm'
import { generateSessions } from '../../emulator/generate'
import { generateNodes } from '../../emulator/generate-nodes'
import type { NodeFaults } from '../../emulator/node-faults'
import { ago, client, NOW, post, refusal, start, world } from './builders'

const HOUR = 60 * 60 * 1000
const EC2 = 'i-0aaaaaaaaaaaaaaaa'
const HYBRID = 'mi-0bbbbbbbbbbbbbbbb'
const GONE = 'i-0cccccccccccccccc'
const UNKNOWN = 'i-0dddddddddddddddd'

const place = (nodes: NodeFaults = {}) => {
  const one = world([])
  one.addNodes([
    {
      InstanceId: EC2,
      Name: 'web',
      ComputerName: 'web.example.com',
      IPAddress: '10.0.0.1',
      PlatformType: 'Linux',
    },
    { InstanceId: HYBRID, Name: 'printer', ComputerName: 'printer.example.com' },
    { InstanceId: GONE, Name: 'gone', goneAt: ago(HOUR) },
  ])
  return start({ world: one, faults: { nodes } })
}

const information = (url: string, input: DescribeInstanceInformationCommandInput = {}) =>
  client({ url }).send(new DescribeInstanceInformationCommand(input))
const properties = (url: string, input: DescribeInstancePropertiesCommandInput = {}) =>
  client({ url }).send(new DescribeInstancePropertiesCommand(input))
const filter = (...Values: string[]) => ({ Filters: [{ Key: 'InstanceIds', Values }] })
const legacy = (...valueSet: string[]) => [{ key: 'InstanceIds' as const, valueSet }]

test('each operation tells of a node what AWS’s does', async () => {
  const { url } = await place()
  const { InstanceInformationList } = await information(url, filter(EC2, HYBRID, GONE, UNKNOWN))
  expect(InstanceInformationList).toEqual([
    expect.objectContaining({ InstanceId: EC2, ComputerName: 'web.example.com', IPAddress: '10.0.0.1' }),
    expect.objectContaining({ InstanceId: HYBRID, Name: 'printer', ResourceType: 'ManagedInstance' }),
  ])
  expect(InstanceInformationList?.[0]).not.toHaveProperty('Name')
  const answer = await properties(url, { InstancePropertyFilterList: legacy(EC2, HYBRID, GONE) })
  expect(answer.InstanceProperties).toEqual([
    expect.objectContaining({ InstanceId: EC2, Name: 'web', PlatformType: 'Linux', IPAddress: '' }),
    expect.objectContaining({ InstanceId: HYBRID, Name: '' }),
  ])
})

test('without a filter, all nodes come page by page', async () => {
  const one = world([])
  one.addNodes(generateNodes({ seed: 1 }))
  const { url } = await start({ world: one })
  const ids: (string | undefined)[] = []
  let NextToken: string | undefined
  do {
    const page = await information(url, { MaxResults: 50, NextToken })
    ids.push(...(page.InstanceInformationList ?? []).map(({ InstanceId }) => InstanceId))
    NextToken = page.NextToken
  } while (NextToken !== undefined)
  expect(ids).toEqual([...one.nodes.keys()].sort())
  await expect(properties(url, { NextToken: 'made-up' })).rejects.toThrow("The specified token isn't valid.")
})

test.each<[string, DescribeInstanceInformationCommandInput, string]>([
  ['MaxResults 4', { MaxResults: 4 }, 'greater than or equal to 5'],
  ['MaxResults 51', { MaxResults: 51 }, 'less than or equal to 50'],
  ['101 ids', filter(...Array.from({ length: 101 }, () => EC2)), 'length from 1 to 100'],
  ['no id', filter(), 'length from 1 to 100'],
  ['no id of a node', filter('i-xyz'), "The filter value i-xyz isn't valid."],
  ['another filter', { Filters: [{ Key: 'PingStatus', Values: ['Online'] }] }, 'expected InstanceIds'],
  ['filters of both kinds', { ...filter(EC2), InstanceInformationFilterList: legacy(EC2) }, 'Only one kind'],
])('DescribeInstanceInformation refuses %s', async (_what, input, message) => {
  const { url } = await place()
  await expect(information(url, input)).rejects.toThrow(message)
})

test('DescribeInstanceProperties takes 40 ids and pages of 1,000', async () => {
  const { url } = await place()
  const ids = Array.from({ length: 41 }, () => EC2)
  await expect(properties(url, { InstancePropertyFilterList: legacy(...ids) })).rejects.toThrow('1 to 40')
  await expect(properties(url, { MaxResults: 1001 })).rejects.toThrow('less than or equal to 1000')
  await expect(properties(url, { MaxResults: 1000 })).resolves.toMatchObject({
    InstanceProperties: { length: 2 },
  })
})

test('if told so, an unknown node has all refused, as AWS documents it', async () => {
  const { url } = await place({ refusesUnknown: true })
  await expect(information(url, filter(EC2, UNKNOWN))).rejects.toMatchObject({ name: 'InvalidInstanceId' })
  await expect(information(url, filter(EC2))).resolves.toMatchObject({
    InstanceInformationList: { length: 1 },
  })
})

test.each([
  ['deny', 'AccessDeniedException'],
  ['throttle', 'ThrottlingException'],
  ['error', 'InternalServerError'],
  ['reset', undefined],
] as const)('a call can suffer %s', async (fault, name) => {
  const { url, calls } = await place({ describeInstanceInformation: fault })
  await expect(information(url)).rejects.toMatchObject(name ? { name } : {})
  await expect(properties(url)).resolves.toMatchObject({ InstanceProperties: { length: 2 } })
  expect(calls.countOther({ operation: 'DescribeInstanceInformation', outcome: name ?? 'reset' })).toBe(1)
  expect(calls.countOther({ operation: 'DescribeInstanceProperties', outcome: 'OK' })).toBe(1)
})

test('more calls than are allowed in a second are throttled', async () => {
  const { url } = await place({ perSecond: 0.001 })
  await information(url)
  await expect(information(url)).rejects.toMatchObject({ name: 'ThrottlingException' })
})

test('a page can repeat a token', async () => {
  const { url } = await place({ describeInstanceInformation: 'repeat-token' })
  const { NextToken } = await information(url)
  expect(NextToken).toBeDefined()
  expect(await information(url, { NextToken })).toMatchObject({ NextToken })
})

test('an operation that the emulator does not know is refused', async () => {
  const headers = { 'x-amz-target': 'AmazonSSM.DescribeInstancePatches' }
  expect(await post(await place(), {}, headers)).toEqual(
    refusal('UnknownOperationException', 'The requested operation is not known.'),
  )
})

test('a made-up month has the machines of its sessions, most with a name, some gone', () => {
  const month = { count: 2000, seed: 5, now: NOW }
  const targets = new Set([...generateSessions(month)].map(({ afterEnd }) => afterEnd?.Target))
  const nodes = [...generateNodes(month)]
  expect(nodes).toEqual([...generateNodes(month)])
  const used = nodes.filter(({ InstanceId }) => targets.has(InstanceId))
  const gone = [...targets].filter((id) => /^m?i-/.test(String(id))).length - used.length
  expect(used.length).toBeGreaterThan(100)
  expect(gone).toBeGreaterThan(10)
  expect(nodes.filter(({ Name }) => Name === undefined).length).toBeGreaterThan(10)
})
