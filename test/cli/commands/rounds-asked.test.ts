import { runCli } from '../../support/cli'
import { BANK, SHOP, useOrganization } from '../../support/organization-stage'
import { endedSession } from '../../support/sessions'

/** What real rounds leave, as the command line tells it. */

const stage = useOrganization()
const ask = (...args: string[]) =>
  runCli([...args, '--table', 'Sessions', '--sweeps-table', 'Sweeps', '--endpoint-url', stage.proxy.endpoint])

test('after a round, sources, sessions and coverage tell of every account, also of the one without a role', async () => {
  stage.organization.world(SHOP, 'eu-west-1').add([endedSession({ SessionId: 'shop-1' })])
  stage.organization.account(BANK).faults.assumeRole = 'no role'
  await stage.round()

  const sources = await ask('sources', '--output', 'json')
  expect(JSON.parse(sources.stdout)).toMatchObject([
    { AccountName: 'Bank', Region: 'us-east-1', State: 'swept', Outcome: 'unreachable', Late: true },
    ...Array(4).fill({ State: 'swept', Outcome: 'complete' }),
    { AccountName: 'Bank', State: 'unknown', Reason: expect.stringContaining('Unreachable') },
  ])
  expect(sources).toMatchObject({ status: 1, stderr: expect.stringContaining('Regions unknown, as AWS') })

  const sessions = await ask('sessions', '--account', 'shop', '--from', '2d', '--output', 'json')
  expect(JSON.parse(sessions.stdout)).toMatchObject([{ SessionId: 'shop-1', AccountName: 'Shop' }])
  expect(sessions.stderr).toContain(`About 2 sources of 1 account: Shop (${SHOP})/eu-west-1, Shop`)

  expect(await ask('sweeps', '--coverage', '--account', 'shop')).toMatchObject({ status: 0 })
  expect((await ask('sweeps', '--coverage', '--account', 'bank')).stderr).toContain('nothing is covered')
  const rounds = await ask('sweeps', '--rounds', '--output', 'json')
  expect(JSON.parse(rounds.stdout)).toMatchObject([{ Sources: 5, SourcesUnreachable: 1 }])
})
