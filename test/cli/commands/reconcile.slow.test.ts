import { createWriteStream, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { World } from '../../../emulator/world'
import { start, stopAll } from '../../emulator/builders'
import { runBin, runCli } from '../../support/cli'
import { endedSession } from '../../support/sessions'
import { temporaryFolder } from '../../support/temporary-folder'

const folder = temporaryFolder()
afterEach(stopAll)

const LOG =
  'AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/20/111122223333_CloudTrail_us-east-1_20261120T0000Z_0123456789abcdef.json.gz'
const EVENTS = 400_000

/** Most are of something else, as in a real trail. */
function* records() {
  yield '{"Records":['
  for (let n = 0; n < EVENTS; n += 1) {
    const event = {
      eventID: `e-${n}`,
      eventName: n % 50_000 === 0 ? 'StartSession' : 'DescribeInstances',
      eventSource: 'ssm.amazonaws.com',
      eventTime: '2026-11-20T00:00:00Z',
      ...{ recipientAccountId: '111122223333', awsRegion: 'us-east-1' },
      responseElements: { sessionId: `s-${n}` },
      requestParameters: { filler: 'x'.repeat(800) },
    }
    yield `${n === 0 ? '' : ','}${JSON.stringify(event)}`
  }
  yield ']}'
}

test('a log file of 400 MB is read with a heap of 64 MB', async () => {
  const world = new World()
  world.add([endedSession({ SessionId: 's-0' })])
  const { url } = await start({ world })
  await runCli(['archive', '--endpoint-url', url, '--local', 'archive'], { cwd: folder() })
  const file = join(folder(), 'trail', LOG)
  mkdirSync(dirname(file), { recursive: true })
  await pipeline(Readable.from(records()), createGzip({ level: 1 }), createWriteStream(file))

  const environment = { NODE_OPTIONS: '--max-old-space-size=64' }
  const asked = ['reconcile', '--local', 'archive', '--trail', 'trail', '--output', 'jsonl']
  const { status, stdout, stderr } = await runBin(asked, { cwd: folder(), environment })
  expect(stderr).toContain('1 log file with 8 sessions started')
  expect(stderr).toContain('Archived: 1. Missing: 7.')
  expect(stdout.trimEnd().split('\n')).toHaveLength(7)
  expect(status).toBe(1)
})
