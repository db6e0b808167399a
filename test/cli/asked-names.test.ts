import { type AskedName, document, owners, roles, targets } from '../../cli/asked-names'
import { scan } from '../support/clients'
import { useFilledArchive } from '../support/filled-archive'
import { readBack } from '../support/read-back'

const A = '111122223333'

test.each([
  [owners, 'Mary-Major', 'Mary-Major'],
  [owners, `arn:aws-us-gov:iam::${A}:user/team/Mary`, 'Mary'],
  [owners, `arn:aws:iam::${A}:root`, 'root'],
  [owners, `arn:aws:sts::${A}:assumed-role/Ops/mary@example.com`, 'mary@example.com'],
  [owners, `arn:aws:sts::${A}:assumed-role/Ops/mary*`, 'mary*'],
  [owners, `arn:aws:sts::${A}:federated-user/mary`, 'mary'],
  [owners, `aws:iam::${A}:user/Bob`, 'Bob'],
  [owners, 'AROAEXAMPLE0000000006:mary@example.com', 'mary@example.com'],
  [roles, 'Ops', 'Ops'],
  [roles, 'AWSReservedSSO_Ops_*', 'AWSReservedSSO_Ops_*'],
  [
    roles,
    `arn:aws:iam::${A}:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Ops_0`,
    'AWSReservedSSO_Ops_0',
  ],
  [roles, `arn:aws:iam::${A}:role/Ops`, 'Ops'],
  [roles, `arn:aws:sts::${A}:assumed-role/Ops/mary`, 'Ops'],
  [targets, 'i-0abc', 'i-0abc'],
  [targets, `arn:aws:ec2:eu-west-1:${A}:instance/i-0abc`, 'i-0abc'],
  [targets, `arn:aws:ssm:eu-west-1:${A}:managed-instance/mi-0abc`, 'mi-0abc'],
  [targets, `arn:aws-cn:ecs:cn-north-1:${A}:cluster/prod_eu`, 'ecs:prod_eu'],
  [targets, `arn:aws:ecs:eu-west-1:${A}:task/prod/0123`, 'ecs:prod_0123'],
  [targets, `arn:aws:ecs:eu-west-1:${A}:task/0123`, '0123'],
  [targets, `arn:aws:ecs:eu-west-1:${A}:container/prod/0123/4567`, 'ecs:prod_0123'],
  [targets, 'ecs:prod_0123_4567', 'ecs:prod_0123_4567'],
  [targets, `ARN:aws:ec2:eu-west-1:${A}:instance/I-0ABC`, 'i-0abc'],
  [targets, `aws:ecs:eu-west-1:${A}:cluster/Prod*`, 'ecs:Prod*'],
  [targets, `arn:aws:ecs:eu-west-1:${A}:task/prod/*`, 'ecs:prod'],
  [targets, `arn:aws:ssm:eu-west-1:${A}:managed-instance/mi-*`, 'mi-*'],
  [targets, ' I-0AAA ', 'i-0aaa'],
  [targets, 'MI-Cluster', 'MI-Cluster'],
  [targets, 'cluster/prod', 'ecs:prod'],
  [targets, 'task/prod/0123', 'ecs:prod_0123'],
  [targets, 'instance/i-0abc', 'i-0abc'],
  [owners, ` ARN:aws:iam::${A}:user/Bob `, 'Bob'],
  [owners, 'assumed-role/Dev/bob', 'bob'],
  [owners, '*', '*'],
  [roles, `aws:iam::${A}:role/team/Dev`, 'Dev'],
  [roles, `arn:aws:iam::${A}:role/team/Dev*`, 'Dev*'],
  [roles, `arn:aws:sts::${A}:assumed-role/Dev/*`, 'Dev'],
  [roles, 'assumed-role/Dev', 'Dev'],
])('%p understands %s as %s, beside others', (parse, text, name) => {
  const names = (asked: readonly AskedName[]) => asked.map((one) => one.name)
  expect(names(parse(text))).toEqual([name])
  expect(names(parse(text, [{ name: 'another' }]))).toEqual(['another', name])
})

const NO_PATH = 'Sessions do not record the path'
const NO_PERSON = 'Expected a name, or the ARN of a user'
const NO_ROLE = 'This is not of a role'
const NO_TARGET = 'Expected an id, or the ARN of an instance'

test.each([
  [roles, `arn:aws:iam::${A}:role/team/*`, NO_PATH],
  [roles, `arn:aws:iam::${A}:role/`, NO_PATH],
  [roles, `arn:aws:sts::${A}:assumed-role/*`, NO_PATH],
  [roles, 'Dev/bob', NO_ROLE],
  [roles, `arn:aws:iam::${A}:root`, NO_ROLE],
  [owners, `arn:aws:sts::${A}:assumed-role/Ops/*`, "expected '--role Ops'"],
  [owners, `aws:iam::${A}:role/Dev`, "expected '--role Dev'"],
  [owners, `arn:aws:iam::${A}:role/team/*`, NO_PATH],
  [owners, 'assumed-role/Dev', "expected '--role Dev'"],
  [owners, `arn:aws:iam::${A}:user/`, NO_PERSON],
  [owners, `arn:aws:iam::${A}:user/team/`, NO_PERSON],
  [owners, `arn:aws:sts::${A}:assumed-role/Ops/`, NO_PERSON],
  [owners, `arn:aws:iam::${A}:*`, NO_PERSON],
  [owners, 'arn:*', NO_PERSON],
  [owners, `arn:aws:iam::${A}:user/*`, NO_PATH],
  [owners, `arn:aws:iam::${A}:user/team/*`, NO_PATH],
  [owners, `arn:aws:sts::${A}:federated-user/*`, NO_PATH],
  [owners, 'AROAEXAMPLE0000000006:*', NO_PATH],
  [targets, `arn:aws:ec2:eu-west-1:${A}:instance/*`, NO_TARGET],
  [targets, `arn:aws:ecs:eu-west-1:${A}:task/*`, NO_TARGET],
  [targets, 'arn:*', NO_TARGET],
])('%p refuses %s, which names nothing that sessions have: %s', (parse, text, message) => {
  expect(() => parse(text)).toThrow(message)
})

test('the name of a document is trimmed, and may be the beginning of one', () => {
  expect(document(' AWS-Start* ')).toBe('AWS-Start*')
  expect(() => document('*-Start')).toThrow('Expected * at the end only.')
})

test.each([
  [['--role', `arn:aws:iam::${A}:role/Ops`], `Not narrowed to ${A}, as in an ARN: --account`],
  [
    ['--target', `arn:aws:ec2:eu-west-1:${A}:instance/i-0abc`],
    `Not narrowed to ${A}, eu-west-1, as in an ARN`,
  ],
  [
    ['--target', `arn:aws:ec2:eu-west-1:${A}:instance/i-0abc`, '--account', A],
    'Not narrowed to eu-west-1, as in an ARN',
  ],
  [
    [
      ...['--target', `arn:aws:ec2:eu-west-1:${A}:instance/i-0abc`],
      ...['--account', A, '--source-region', 'eu-west-1'],
    ],
    undefined,
  ],
  [['--role', 'Ops'], undefined],
])('beside the answer to %j: %s', async (args, said) => {
  const { stderr } = await archive.ask('sessions', [...args, '--from', '1d'])
  if (said === undefined) expect(stderr).not.toContain('Not narrowed')
  else expect(stderr).toContain(said)
})

const TASK = '0123456789abcdef0123456789abcdef'
const OTHER_TASK = 'fedcba9876543210fedcba9876543210'
const OWNERS = [
  `arn:aws:iam::${A}:user/team/Mary`,
  `arn:aws:sts::${A}:assumed-role/Ops/mary`,
  `arn:aws:sts::${A}:assumed-role/ops/mary@example.com`,
  `arn:aws:sts::${A}:assumed-role/OpsTeam/AWS-RUNAS-mary-1530600000`,
  `arn:aws:sts::${A}:assumed-role/AWSServiceRoleForECS/ecs-execute-command`,
  undefined,
]
const TARGETS = [
  ...['i-0abc', 'i-0abcd', 'mi-0abc', 'i-prod', undefined],
  `ecs:prod_${TASK}_${TASK}-1`,
  `ecs:prod_${TASK}_${TASK}-2`,
  `ecs:prod_eu_${OTHER_TASK}_${OTHER_TASK}-1`,
]
const archive = useFilledArchive(({ keep }) => {
  const StartDate = Date.now() / 1000 - 3600
  const pairs = OWNERS.flatMap((Owner) => TARGETS.map((Target) => ({ Owner, Target })))
  return keep(
    pairs.map((pair, n) => ({ SessionId: `s-${n}`, StartDate, ...JSON.parse(JSON.stringify(pair)) })),
  )
})

/** Each flag, its value, and the owners or targets that it asks for. */
const ASKED: readonly (readonly [string, string, RegExp])[] = [
  ['--owner', 'MARY', /\/mary$/i],
  ['--owner', `arn:aws:iam::${A}:user/Mary`, /\/mary$/i],
  ['--owner', 'mary*', /\/mary(@.*)?$/i],
  ['--owner', 'aws-runas-mary-*', /\/AWS-RUNAS-mary-/],
  ['--owner', 'nobody', /^$/],
  ['--role', 'ops', /role\/ops\//i],
  ['--role', `arn:aws:iam::${A}:role/path/Ops`, /role\/ops\//i],
  ['--role', 'OPS*', /role\/ops/i],
  ['--target', 'i-0abc', /^i-0abc$/],
  ['--target', `arn:aws:ec2:eu-west-1:${A}:instance/i-0abc`, /^i-0abc$/],
  ['--target', 'i-0abc*', /^i-0abc/],
  ['--target', 'mi-*', /^mi-/],
  ['--target', 'prod', /^ecs:prod_0/],
  ['--target', 'ecs:prod*', /^ecs:prod/],
  ['--target', `arn:aws:ecs:eu-west-1:${A}:cluster/prod_eu`, /^ecs:prod_eu_/],
  ['--target', `arn:aws:ecs:eu-west-1:${A}:task/prod/${TASK}`, /^ecs:prod_0/],
  ['--target', OTHER_TASK, /^ecs:prod_eu_/],
  ['--target', `ecs:prod_${TASK}_${TASK}-2`, /-2$/],
]
const PAIRS = ASKED.flatMap((one, n) => ASKED.slice(n).map((other) => [one, other] as const))

test('every pair of names is answered as by a plain filter over all records', async () => {
  const all = await scan(archive.client, 'Sessions')
  let found = 0
  for (const pair of PAIRS) {
    const args = pair.map(([flag, value]) => `${flag}=${value}`)
    const { stdout } = await archive.ask('sessions', ['--output', 'jsonl', '--from', '1d', ...args])
    const isAnswer = (record: Record<string, unknown>) =>
      ['--owner', '--role', '--target'].every((flag) => {
        const forms = pair.filter(([asked]) => asked === flag).map(([, , form]) => form)
        const value = String(flag === '--target' ? record.Target : record.Owner)
        return forms.length === 0 || forms.some((form) => form.test(value))
      })
    const ids = (records: readonly Record<string, unknown>[]) => records.map(({ SessionId }) => SessionId)
    const expected = ids(all.filter(isAnswer))
    expect([args, ids(readBack('jsonl', stdout)).sort()]).toEqual([args, expected.sort()])
    found += expected.length
  }
  expect(found).toBeGreaterThan(PAIRS.length)
})
