import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { start, stopAll } from '../emulator/builders'
import { CLI, expectFailure, NO_CREDENTIALS, runBin } from '../support/cli'
import { nodeLine, Terminal, testOnTerminal } from '../support/terminal'
import { worldOf } from './worlds'

afterAll(stopAll)
afterAll(() => Terminal.closeAll())

const DEVICE = 'arn:aws:iam::111122223333:mfa/jane'
const ASKED = `MFA code of ${DEVICE}:`
const DONE = 'Archived 111122223333/us-east-1: 3 seen: 3 archived'

/** A profile that needs a code, and an AWS that takes each code once. */
async function audit(source = 'aws_access_key_id = JANE\naws_secret_access_key = x') {
  const { url } = await start({ world: worldOf(3) })
  const file = join(mkdtempSync(join(tmpdir(), 'mfa-')), 'config')
  const role = `role_arn = arn:aws:iam::111122223333:role/Audit\nsource_profile = jane\nmfa_serial = ${DEVICE}`
  writeFileSync(file, `[profile audit]\n${role}\n[profile jane]\n${source}\n`)
  const args = ['archive', '--profile', 'audit', '--endpoint-url', url, '--local', 'kept']
  return { args, environment: { ...NO_CREDENTIALS, AWS_CONFIG_FILE: file, AWS_ENDPOINT_URL_STS: url } }
}

async function auditOnTerminal(source?: string): Promise<Terminal> {
  const { args, environment } = await audit(source)
  const { AWS_CONFIG_FILE, AWS_ENDPOINT_URL_STS } = environment
  const unset = Object.keys(NO_CREDENTIALS).map((name) => `-u ${name}`)
  const set = `AWS_CONFIG_FILE=${AWS_CONFIG_FILE} AWS_ENDPOINT_URL_STS=${AWS_ENDPOINT_URL_STS}`
  return new Terminal(`env ${unset.join(' ')} ${set} ${nodeLine(CLI, ...args)} > out`)
}

testOnTerminal('a profile with mfa_serial asks for the code once, and does not show it', async () => {
  const terminal = await auditOnTerminal()
  await terminal.watchFor(/MFA code/)
  terminal.press('123459')
  terminal.press('BSpace')
  terminal.press('6')
  terminal.press('Enter')
  await terminal.watchFor(/status/)
  expect(terminal.screen()).toBe(`${ASKED}\nstatus 0`)
  expect(terminal.read('out')).toContain(DONE)
})

for (const [what, keys, screen] of [
  [
    'a wrong code',
    ['12345', 'Enter'],
    'session-archive: MultiFactorAuthentication failed with invalid MFA one time',
  ],
  ['the end of input', ['C-d'], `needs a code of the MFA device "${DEVICE}", and none was typed`],
  ['Ctrl-C', ['1', 'C-c'], 'status 130'],
] as const)
  testOnTerminal(`${what} instead of an MFA code ends the command`, async () => {
    const terminal = await auditOnTerminal()
    await terminal.watchFor(/MFA code/)
    for (const key of keys) terminal.press(key)
    await terminal.watchFor(/status (1|130)$/)
    expect(terminal.screen()).toContain(screen)
    expect(terminal.screen().match(/MFA code of/g)).toHaveLength(1)
  })

testOnTerminal('nobody is asked for an MFA code if the credentials before it are missing', async () => {
  const terminal = await auditOnTerminal('region = us-east-1')
  await terminal.watchFor(/status 1/)
  expect(terminal.screen()).not.toContain('MFA code of')
  expect(terminal.screen()).toMatch(/^session-archive: .*credentials/m)
})

test('without a terminal, a profile with mfa_serial says what to do', async () => {
  const { args, environment } = await audit()
  expectFailure(
    await runBin(args, { environment, cwd: mkdtempSync(join(tmpdir(), 'mfa-')) }),
    `the profile "audit" needs a code of the MFA device "${DEVICE}", and there is no terminal to ask on: expected credentials in the environment, as 'aws configure export-credentials --profile audit --format env' prints them`,
  )
})
