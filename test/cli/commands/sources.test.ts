import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expectFailure, expectWrongUsage, OBEYED_BY_TERMINALS, runCli } from '../../support/cli'
import { receipt, useFilledArchive } from '../../support/filled-archive'
import { readBack, sheetOf } from '../../support/read-back'
import { account, hoursAgo, leaveState, writeRoster } from '../../support/roster'
import { temporaryFolder } from '../../support/temporary-folder'

const folder = temporaryFolder()
const [SHOP, BANK, OLD] = ['222200000001', '222200000002', '222200000003'] as const
const [LAB, SILENT] = ['222200000004', '222200000005'] as const
const HOSTILE = '=1+1\u001b[31m\u202e<b>'
const AT = '2026-11-01T00:00:00.000Z'
const LISTED = hoursAgo(1).slice(0, 16).replace('T', ' ')

const archive = useFilledArchive(async (archive) => {
  await writeRoster(archive, [
    account(SHOP, 'Shop', ['eu-west-1', 'us-east-1']),
    account(BANK, HOSTILE, ['eu-west-1']),
    account(OLD, 'Old', { 'eu-west-1': { LastCompleteAt: AT } }, retired('SUSPENDED')),
    account(LAB, 'Lab', [], { State: 'excluded', Until: AT, Reason: 'excludeAccounts' }),
    account(
      SILENT,
      'Silent',
      { 'us-east-1': {}, 'af-south-1': { ...retired('DISABLED'), LastCompleteAt: AT } },
      { RegionsListedAt: undefined, RegionsProblem: 'AccessDenied: \u001b[31mno' },
    ),
  ])
  const complete = { LastCompleteAt: hoursAgo(1) }
  await leaveState(archive, { accountId: SHOP, region: 'eu-west-1' }, complete)
  await leaveState(archive, { accountId: SHOP, region: 'us-east-1' }, { Outcome: 'denied', Failures: 3 })
  const unreachable = { LastCompleteAt: hoursAgo(72), Outcome: 'unreachable', Failures: 9 } as const
  await leaveState(archive, { accountId: BANK, region: 'eu-west-1' }, unreachable)
  await leaveState(archive, { accountId: SILENT, region: 'us-east-1' }, complete)
})

function retired(Reason: string) {
  return { State: 'retired', Until: AT, Reason } as const
}

const ask = async (...args: string[]) => {
  const { status, stdout, stderr } = await archive.ask('sources', ['--output', 'json', ...args])
  return { status, lines: JSON.parse(stdout), stderr }
}
type Line = Record<string, unknown>
const placesOf = (lines: readonly Line[]) => lines.map(({ AccountId, Region }) => [AccountId, Region])

test('sources shows those that are swept, the worst first, then unknown ones, and why others are not swept', async () => {
  const { status, lines, stderr } = await ask()
  const swept = (AccountName: string, Region: string, change: object) => {
    return { AccountName, Region, State: 'swept', ...change }
  }
  expect(lines).toMatchObject([
    swept('Shop', 'us-east-1', { Outcome: 'denied', Failures: 3, DaysUntilLoss: 0, Late: true }),
    swept(HOSTILE, 'eu-west-1', { Outcome: 'unreachable', DaysUntilLoss: 27, Late: true }),
    swept('Shop', 'eu-west-1', { AccountId: SHOP, Outcome: 'complete', DaysUntilLoss: 29.96 }),
    swept('Silent', 'us-east-1', { Outcome: 'complete' }),
    { AccountId: SILENT, AccountName: 'Silent', State: 'unknown', Reason: 'AccessDenied: \u001b[31mno' },
    {
      AccountId: OLD,
      Region: 'eu-west-1',
      State: 'retired',
      Until: AT,
      Reason: 'SUSPENDED',
      LastCompleteAt: AT,
    },
    { AccountId: LAB, AccountName: 'Lab', State: 'excluded', Until: AT, Reason: 'excludeAccounts' },
    { AccountId: SILENT, Region: 'af-south-1', State: 'retired', Until: AT, Reason: 'DISABLED' },
  ])
  expect(lines[0]).not.toHaveProperty('LastCompleteAt')
  expect(lines[2]).not.toHaveProperty('Late')
  expect(stderr.replace(/:\d\d UTC/g, ' UTC').split('\n')).toEqual([
    `Of the organization o-exampleorgid, last listed at ${LISTED} UTC. Regions: all that are enabled.`,
    '4 sources of 3 accounts swept; 2 late (no complete sweep for 25 hours), of which 1 never complete; 1 unreachable; 1 denied; 1 excluded; 2 retired.',
    `Regions unknown, as AWS never listed them: Silent (${SILENT}): Reason says why.`,
    '',
  ])
  expect(status).toBe(1)
})

test('sources reads the roster by one query, and half a read unit for each source that is swept', async () => {
  await ask()
  const [query, states, ...others] = archive.proxy.calls
  expect([query?.operation, states?.operation, others]).toEqual(['Query', 'BatchGetItem', []])
  const { Keys, ConsistentRead } = states?.body.RequestItems.Sweeps ?? {}
  expect(Keys).toHaveLength(4)
  expect(ConsistentRead).toBe(false)
})

test.each<[string, (string | undefined)[][], number]>([
  ['--account shop --source-region eu-west-1', [[SHOP, 'eu-west-1']], 0],
  [
    '--account SHOP',
    [
      [SHOP, 'us-east-1'],
      [SHOP, 'eu-west-1'],
    ],
    1,
  ],
  [
    `--account ${LAB} --account old`,
    [
      [OLD, 'eu-west-1'],
      [LAB, undefined],
    ],
    0,
  ],
  ['--state unknown', [[SILENT, undefined]], 1],
  ['--state retired --source-region eu-west-1', [[OLD, 'eu-west-1']], 1],
])('sources %s shows only those', async (flags, places, status) => {
  const found = await ask(...flags.split(' '))
  expect({ status: found.status, places: placesOf(found.lines) }).toEqual({ status, places })
})

test('a name that nobody has is refused, with the names that there are', async () => {
  const run = await archive.ask('sources', ['--account', 'Shpo\u001b'])
  expectFailure(
    run,
    /--account "Shpo\\u001b": no account is called so, expected one of =1\+1\\u\{1b\}\[31m.*, Lab, Old, Shop, Silent/,
  )
})

test.each(['--account 999999999999', '--account shop --source-region ap-south-1'])(
  'sources %s fails: it was never swept',
  async (flags) => {
    const { status, lines, stderr } = await ask(...flags.split(' '))
    expect({ status, lines }).toEqual({ status: 1, lines: [] })
    expect(stderr).toMatch(
      /(999999999999|ap-south-1) was never swept: none of its sessions is here\. Swept: /,
    )
    expect(stderr).not.toContain('0 sources')
  },
)

test('of several accounts, those are named of which the archive knows nothing', async () => {
  const line = '999999999999 was never swept: none of its sessions is here.'
  const asked = ['--account', 'old', '--account', LAB, '--account', '999999999999']
  for (const command of ['sources', 'sessions', 'attempts']) {
    const { status, stderr } = await archive.ask(command, asked)
    expect({ status, lines: stderr.split('\n') }).toEqual({
      status: command === 'sources' ? 1 : 0,
      lines: expect.arrayContaining([line]),
    })
    expect(stderr).not.toContain(`${LAB} was never swept`)
  }
})

test('the name of an account is harmless in every format', async () => {
  const { stdout, stderr } = await archive.ask('sources', [], { environment: { COLUMNS: '200' } })
  expect(stdout + stderr).not.toMatch(OBEYED_BY_TERMINALS)
  expect(stdout).toMatch(new RegExp(`^${BANK} {2}=1\\+1\\\\u{1b}\\[31m`, 'm'))
  const csv = await archive.ask('sources', ['--output', 'csv'])
  expect(csv.stdout).toContain(`"'=1+1`)
  expect(readBack('csv', csv.stdout).map(({ AccountName }) => AccountName)).toContain(HOSTILE)
  await archive.ask('sources', ['--output', 'found.xlsx'], { cwd: folder() })
  const sheet = sheetOf(readFileSync(join(folder(), 'found.xlsx')))
  expect(sheet).toContain('=1+1_x001B_[31m\u202e&#60;b&#62;')
  expect(sheet).not.toContain('<f>')
})

const stale = useFilledArchive(async (archive) => {
  await writeRoster(archive, [
    account(SHOP, 'Shop', ['eu-west-1'], { RegionsListedAt: hoursAgo(30), RegionsProblem: 'x' }),
  ])
  await leaveState(archive, { accountId: SHOP, region: 'eu-west-1' }, { LastCompleteAt: hoursAgo(1) })
})

test.each([
  [
    { ListedAt: hoursAgo(30), Problem: 'TooManyRequests' },
    /last listed at .*: what it has besides is not known\. TooMany/,
  ],
  [
    { ListedAt: hoursAgo(30) },
    /^The accounts of the organization were last listed at .*: what it has besides is not known\.$/m,
  ],
  [{}, /^The accounts of the organization were never listed: what it has besides is not known\.$/m],
])('sources fails if the accounts are not known any more: %j', async (listing, said) => {
  const item = { OrganizationId: 'o-exampleorgid', Regions: 'eu-west-1', UpdatedAt: hoursAgo(1), ...listing }
  await stale.ledger.putRosterListing(item)
  const run = await stale.ask('sources')
  expect(run).toMatchObject({ status: 1, stderr: expect.stringMatching(said) })
  expect(run.stderr).toContain('Regions: eu-west-1.')
})

test('sources says since when the regions of an account are not listed any more', async () => {
  const ListedAt = hoursAgo(1)
  await stale.ledger.putRosterListing({ ListedAt, Regions: 'all', UpdatedAt: ListedAt })
  expect(await stale.ask('sources')).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(
      /Newer regions unknown, as AWS does not list them any more: Shop \(222200000001\) since/,
    ),
  })
})

const local = useFilledArchive(async (archive) => {
  await archive.swept(receipt(hoursAgo(1)))
  await leaveState(
    archive,
    { accountId: '111122223333', region: 'eu-west-1' },
    { LastCompleteAt: hoursAgo(1) },
  )
})

test('sources of an archive that is swept by hand are those, and nothing is unknown', async () => {
  expect(await local.ask('sources')).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^111122223333 .* eu-west-1 +swept /m),
    stderr: `No accounts were listed: these were swept by hand, or not yet.\n1 source of 1 account swept.\n`,
  })
})

test.each<[string[], string]>([
  [['--state', 'late'], "argument 'late' is invalid. Allowed choices are swept, unknown, excluded, retired."],
  [['--account', 'a*b'], "argument 'a*b' is invalid. Expected * at the end only."],
  [['--account', ' '], "argument ' ' is invalid. Expected some text."],
])('sources %j is wrong usage', async (args, message) => {
  expectWrongUsage(await archive.ask('sources', args), message)
  expect(archive.proxy.calls).toEqual([])
})

test('sessions and sweeps --coverage say whose regions are unknown', async () => {
  const unknown = `Regions unknown, as AWS never listed them: Silent (${SILENT}): 'session-archive sources' says why.`
  for (const command of [
    ['sessions', '--from', '2d'],
    ['sweeps', '--coverage'],
  ]) {
    const [name = '', ...flags] = command
    const { stderr } = await archive.ask(name, [...flags, '--account', 'silent'])
    expect(stderr.split('\n')).toContain(unknown)
    expect((await archive.ask(name, [...flags, '--account', 'Shop'])).stderr).not.toContain('unknown')
  }
})

test('a name needs the table that has the roster', async () => {
  const flags = ['--table', 'Sessions', '--endpoint-url', archive.proxy.endpoint]
  expectWrongUsage(
    await runCli(['sessions', ...flags, '--account', 'Shop']),
    "expected '--sweeps-table <name>' beside",
  )
  expect((await runCli(['sessions', ...flags, '--account', SHOP])).status).toBe(0)
})
