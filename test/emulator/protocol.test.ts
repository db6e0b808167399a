import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { DescribeSessionsCommand } from '@aws-sdk/client-ssm'
import { Clock } from '../../emulator/clock'
import { World } from '../../emulator/world'
import { loadSessions } from '../../emulator/world-file'
import { authorization, client, NOW, post, refusal, session, start, stopAll, world } from './builders'
import SAMPLE_RESPONSE from './fixtures/reference-history.json'

/** From https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeSessions.html, with its body in 20 bytes. */
const SAMPLE_REQUEST = [
  'POST / HTTP/1.1',
  'Host: ssm.us-east-2.amazonaws.com',
  'Accept-Encoding: identity',
  'X-Amz-Target: AmazonSSM.DescribeSessions',
  'Content-Type: application/x-amz-json-1.1',
  'User-Agent: aws-cli/2.0.0 Python/3.7.5 Windows/10 botocore/2.0.0dev4',
  'X-Amz-Date: 20240221T175636Z',
  'Authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20240221/us-east-2/ssm/aws4_request,',
  '               SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=39c3b3042cd2aEXAMPLE',
  'Content-Length: 20',
  '',
  '{"State": "History"}',
].join('\r\n')

async function startReference() {
  const reference = new World({ clock: Clock.frozenAt(new Date('2020-02-19T12:00:00Z')) })
  const path = join(__dirname, 'fixtures/reference-history.json')
  reference.add(await loadSessions([path], reference.clock.now()))
  return start({ world: reference })
}

test("the API reference's sample request gets the sample response, dated by the world's clock", async () => {
  const { port } = await startReference()
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write(SAMPLE_REQUEST)
  const [answer] = await once(socket, 'data')
  socket.destroy()
  const [head = '', body = ''] = String(answer).split('\r\n\r\n')
  expect(JSON.parse(body)).toStrictEqual({ Sessions: SAMPLE_RESPONSE.Sessions })
  expect(head).toMatch(/^HTTP\/1.1 200 OK\r\n/)
  expect(head).toContain('\r\nContent-Type: application/x-amz-json-1.1\r\n')
  expect(head).toContain('\r\nDate: Wed, 19 Feb 2020 12:00:00 GMT\r\n')
  expect(head).toMatch(
    /\r\nx-amzn-RequestId: [0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\r\n/,
  )
})

test("the SDK reads the API reference's sample response", async () => {
  const answer = await client(await startReference()).send(new DescribeSessionsCommand({ State: 'History' }))
  expect(answer.NextToken).toBeUndefined()
  expect(answer.Sessions).toMatchObject([
    {
      SessionId: 'Mary-Major-0ab177d470EXAMPLE',
      StartDate: new Date('2020-02-18T23:30:33.188Z'),
      EndDate: new Date('2020-02-18T23:50:47.807Z'),
    },
  ])
})

test('unknown members, empty ones and Unicode are answered unchanged', async () => {
  const odd = { Details: '', Reason: '</script> =1+1 \u001B[31m 🚀', Weather: { of: ['tomorrow'] } }
  const answer = await post(await start({ world: world([session(odd)]) }), { State: 'History' })
  expect(answer.body).toMatchObject({ Sessions: [odd] })
})

const INCOMPLETE = 'IncompleteSignatureException'
const MALFORMED =
  /^got Authorization .*, expected AWS4-HMAC-SHA256 Credential=KEY\/DATE\/REGION\/SERVICE\/aws4_request,/
const OTHER_SERVICE = /^Credential should be scoped to correct service: 'ssm'\.$/

test.each([
  ['', 'MissingAuthenticationTokenException', /^Missing Authentication Token$/],
  ['Bearer x', INCOMPLETE, MALFORMED],
  ['AWS4-HMAC-SHA256', INCOMPLETE, MALFORMED],
  [authorization().replace(/Signature=.*/, ''), INCOMPLETE, MALFORMED],
  [authorization().replace('/ssm/', '/'), INCOMPLETE, MALFORMED],
  [authorization().replace('aws4_request', 'aws4'), INCOMPLETE, MALFORMED],
  [authorization().replace('aws4_request', 'aws4_request/x'), INCOMPLETE, MALFORMED],
  [authorization('ec2'), 'InvalidSignatureException', OTHER_SERVICE],
])('the authorization "%s" is refused with %s', async (header, code, message) => {
  const answer = await post(await start(), { State: 'Active' }, { authorization: header })
  expect(answer).toEqual(refusal(code, expect.stringMatching(message)))
})

test.each(['', 'AmazonSSM.ListDocuments', 'DescribeSessions'])(
  'the X-Amz-Target "%s" is an unknown operation',
  async (target) => {
    const answer = await post(await start(), { State: 'Active' }, { 'x-amz-target': target })
    expect(answer).toEqual(refusal('UnknownOperationException', expect.any(String)))
  },
)

test.each([
  ['{"State"', 'the request: got "{\\"State\\"", expected JSON'],
  ['[]', 'the request: got [], expected an object'],
  ['{"State": 1}', 'State: got 1, expected a string'],
  ['{"MaxResults": "10"}', 'MaxResults: got "10", expected an integer of 32 bits'],
  ['{"MaxResults": 1.5}', 'MaxResults: got 1.5, expected an integer of 32 bits'],
  ['{"MaxResults": 2147483648}', 'MaxResults: got 2147483648, expected an integer of 32 bits'],
  ['{"NextToken": {}}', 'NextToken: got {}, expected a string'],
  ['{"Filters": {}}', 'Filters: got {}, expected an array of filters'],
  ['{"Filters": ["x"]}', 'Filters[0]: got "x", expected an object'],
  ['{"Filters": [null, {"key": true}]}', 'Filters[1].key: got true, expected a string'],
])('a body of the wrong types is refused: %s', async (body, message) => {
  expect(await post(await start(), body)).toEqual(refusal('SerializationException', message))
})

test('null in a request means absent, and unknown members are ignored', async () => {
  const body = { State: 'Active', MaxResults: null, NextToken: null, Filters: null, Weather: 1 }
  expect(await post(await start(), body)).toMatchObject({ status: 200, body: { Sessions: [] } })
})

test('calls are counted by state and outcome, and kept if asked for', async () => {
  const emulator = await start()
  await post(emulator, { State: 'Active' })
  await post(emulator, { State: 'History', MaxResults: 0 })
  await post(emulator, { State: 'Nope' })
  expect(emulator.calls.count()).toBe(3)
  expect(emulator.calls.count({ state: 'Active', outcome: 'OK' })).toBe(1)
  expect(emulator.calls.count({ outcome: 'ValidationException' })).toBe(2)
  expect(emulator.calls.count({ state: 'other' })).toBe(1)
  expect(emulator.calls.list[1]).toMatchObject({ request: { State: 'History', MaxResults: 0 } })
  const forgetful = await start({ recordCalls: false })
  await post(forgetful, { State: 'Active' })
  expect(forgetful.calls.count()).toBe(1)
  expect(forgetful.calls.list).toEqual([])
})

async function clock(url: string, method: string, body?: string) {
  const response = await fetch(`${url}/clock`, { method, body })
  return [response.status, (await response.text()).trim()]
}

test('/clock returns the time, and moves it', async () => {
  const { url, world } = await start()
  expect(await clock(url, 'GET')).toEqual([200, NOW.toISOString()])
  const moved = '2027-01-01T00:00:00.000Z'
  expect(await clock(url, 'PUT', '2027-01-01T01:00:00+01:00\n')).toEqual([200, moved])
  expect(world.clock.now()).toEqual(new Date(moved))
  expect(await clock(url, 'DELETE')).toEqual([405, 'got method DELETE, expected GET or PUT'])
})

test.each(['', 'yesterday', '2027-01-01', '2027-01-01T00:00:00', '2027-02-30T00:00:00Z', '1767225600'])(
  '/clock refuses the time "%s" and stays',
  async (body) => {
    const { url, world } = await start()
    const expected = 'an ISO 8601 time with a time zone, such as 2020-02-19T00:00:00Z'
    expect(await clock(url, 'PUT', body)).toEqual([400, `got "${body}", expected ${expected}`])
    expect(world.clock.now()).toEqual(NOW)
  },
)

test('close cuts requests under way', async () => {
  const emulator = await start({ faults: { latencyMs: 60_000 } })
  const waiting = post(emulator, { State: 'Active' })
  const failed = expect(waiting).rejects.toThrow('fetch failed')
  await new Promise((resolve) => setTimeout(resolve, 50))
  await stopAll()
  await failed
})

test('a port that is in use is an error', async () => {
  const { port } = await start()
  await expect(start({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
})
