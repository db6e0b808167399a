import { type Command, Option } from '@commander-js/extra-typings'
import { MEMBER_ROLE_NAME } from '../../archive/names'
import { type MemberRole, memberRoleTemplate, memberRoleTerraform } from '../../sweep/member-role'
import { type AwsFlags, addAwsFlags, DEFAULT_STACK } from '../flags'
import { type Io, say, UsageError, write } from '../io'
import { messageOf } from '../output/message-of'
import { nonEmpty, organizationId, roleArn, roleName } from '../parsers'

const FORMATS = {
  cloudformation: {
    make: memberRoleTemplate,
    hint: 'Deploy it in every account, the management account included, with --capabilities CAPABILITY_NAMED_IAM.',
  },
  terraform: {
    make: memberRoleTerraform,
    hint: 'Save it as session-archive.tf.json in the configuration of every account, the management account included.',
  },
} as const

export function define(command: Command, io: Io): void {
  addAwsFlags(
    command
      .option(
        '--stack <name>',
        `of the archive in this CloudFormation stack (default: ${DEFAULT_STACK})`,
        nonEmpty,
      )
      .option('--archiver-role <arn>', "or of the archive with this function's role", roleArn)
      .option('--organization-id <organization>', 'and of this organization', organizationId)
      .option('--role-name <role>', `and with this name (default: ${MEMBER_ROLE_NAME})`, roleName)
      .addOption(
        new Option('--format <kind>', 'for whom')
          .choices(['cloudformation', 'terraform'] as const)
          .default('cloudformation' as const),
      ),
  )
    .addHelpText(
      'after',
      `
The role lets the archiver of an organization read the sessions of the account
that it is in, and list its regions. Nobody else can assume it. It is the same
in every account.

Examples:
  session-archive member-role > member-role.json
  session-archive member-role --format terraform > session-archive.tf.json
  session-archive member-role --organization-id o-a1b2c3d4e5 --archiver-role \\
    arn:aws:iam::111122223333:role/session-archive-archiver-eu-west-1`,
    )
    .action(async ({ stack, archiverRole, organizationId, roleName, format, ...flags }) => {
      const named = namedRole({ stack, archiverRole, organizationId, roleName })
      const role = named ?? (await roleOfStack(stack ?? DEFAULT_STACK, flags, io))
      const { make, hint } = FORMATS[format]
      await write(io, `${JSON.stringify(make(role), undefined, 2)}\n`)
      say(io, hint)
    })
}

interface RoleFlags {
  readonly stack?: string
  readonly archiverRole?: string
  readonly organizationId?: string
  readonly roleName?: string
}

/** @throws UsageError if the flags name half of a role, or a stack as well */
function namedRole(flags: RoleFlags): MemberRole | undefined {
  const { stack, archiverRole, organizationId, roleName = MEMBER_ROLE_NAME } = flags
  if (archiverRole === undefined && organizationId === undefined) {
    if (flags.roleName === undefined) return undefined
    throw new UsageError(
      `'--role-name ${roleName}': expected '--archiver-role <arn>' and '--organization-id <organization>' beside it, as a stack knows the name`,
    )
  }
  if (stack !== undefined)
    throw new UsageError(
      `'--stack ${stack}' knows the archiver's role and the organization: expected the stack or the other flags`,
    )
  if (archiverRole === undefined || organizationId === undefined)
    throw new UsageError("expected both '--archiver-role <arn>' and '--organization-id <organization>'")
  return memberRole(archiverRole, organizationId, roleName)
}

async function roleOfStack(stack: string, flags: AwsFlags, io: Io): Promise<MemberRole> {
  const { awsConfig } = require('../aws-config') as typeof import('../aws-config')
  const { stackOutputs } = require('../stack-outputs') as typeof import('../stack-outputs')
  try {
    const outputs = await stackOutputs(stack, await awsConfig(flags, io))
    const archives = [...outputs.keys()].flatMap((key) => {
      const [, archive] = /^(.*)ArchiverRoleArn$/.exec(key) ?? []
      return archive === undefined ? [] : [archive]
    })
    if (archives.length > 1) throw new Error(`received ${archives.length} archives, expected one`)
    const output = (name: string) => outputs.get(`${archives[0] ?? ''}${name}`)
    const [role, organization, name] = ['ArchiverRoleArn', 'OrganizationId', 'MemberRoleName'].map(output)
    if (role === undefined || organization === undefined || name === undefined)
      throw new Error('received no outputs of an organization, expected an archive with organizationId')
    return memberRole(role, organization, name)
  } catch (error) {
    throw new Error(
      `stack ${JSON.stringify(stack)}: ${messageOf(error)}. --stack chooses another, --region another region; --archiver-role and --organization-id need none`,
      { cause: error },
    )
  }
}

function memberRole(archiverRoleArn: string, organizationId: string, roleName: string): MemberRole {
  const [, partition, account] = /^arn:(aws[a-z-]*):iam::(\d{12}):role\//.exec(archiverRoleArn) ?? []
  if (partition === undefined || account === undefined)
    throw new Error(`received ${JSON.stringify(archiverRoleArn)}, expected the ARN of a role`)
  return { partition, auditAccountId: account, archiverRoleArn, organizationId, roleName }
}
