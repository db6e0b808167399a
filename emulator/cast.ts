import type { Random } from './random'

/** Who and what takes part in generated sessions. */
export interface Cast {
  readonly owners: readonly string[]
  /** Of every session that ECS Exec starts, whoever asked for it. */
  readonly ecsExec: string
  readonly instances: readonly string[]
  readonly containers: readonly string[]
}

const PEOPLE = [
  ...'Mary-Major Jane.Doe john_stiles akua.mansa arnav.desai carlos.salazar diego.ramirez efua.owusu jorge.souza li.juan'.split(
    ' ',
  ),
  ...'martha.rivera nikki.wolf paulo.santos richard.roe saanvi.sarkar shirley.rodriguez sofia.martinez terry.whitlock wang.xiulan zhang.wei'.split(
    ' ',
  ),
]

/** Every kind of owner and target. */
export function makeCast(random: Random, accountId: string): Cast {
  return {
    owners: owners(random, accountId),
    ecsExec: `arn:aws:sts::${accountId}:assumed-role/AWSServiceRoleForECS/ecs-execute-command`,
    instances: [
      ...times(150, () => `i-0${random.text(16, 16)}`),
      ...times(40, () => `mi-0${random.text(16, 16)}`),
    ],
    containers: times(30, () => {
      const cluster = random.pick(['prod', 'staging', 'batch-jobs'])
      const task = random.text(32, 16)
      return `ecs:${cluster}_${task}_${task}-${random.integer(1_000_000_000, 2_147_483_647)}`
    }),
  }
}

function owners(random: Random, accountId: string): string[] {
  const iam = `arn:aws:iam::${accountId}`
  const sts = `arn:aws:sts::${accountId}:assumed-role`
  const adminRole = `AWSReservedSSO_AdministratorAccess_${random.text(16, 16)}`
  const supportRole = `AWSReservedSSO_Support_${random.text(16, 16)}`
  return [
    ...PEOPLE.slice(0, 8).map((person) => `${iam}:user/${person}`),
    ...PEOPLE.slice(8, 11).map((person) => `${iam}:user/division_abc/subdivision_xyz/${person}`),
    ...PEOPLE.slice(11, 14).map((person) => `${sts}/OpsEngineer/${person}`),
    ...PEOPLE.slice(6).map((person) => `${sts}/${adminRole}/${person}@example.com`),
    ...PEOPLE.slice(0, 6).map((person) => `${sts}/${supportRole}/${person}+ops@example.com`),
    `${sts}/DeployPipeline/GitHubActions`,
    `${sts}/Nightly-Maintenance/i-0${random.text(16, 16)}`,
    ...times(3, () => `${sts}/DataScience/botocore-session-${random.integer(1_700_000_000, 1_799_999_999)}`),
    `${iam}:root`,
  ]
}

/** Documents that open a shell: Session Manager can keep its transcript. */
export const SHELL_DOCUMENTS = [
  'SSM-SessionManagerRunShell',
  'SSM-SessionManagerRunShell',
  'SSM-SessionManagerRunShell',
  'SSM-SessionManagerRunShell',
  'AWS-StartInteractiveCommand',
  'Acme-RunAs_postgres.v2',
]

/** Documents without a transcript. */
export const TUNNEL_DOCUMENTS = [
  'AWS-StartPortForwardingSession',
  'AWS-StartPortForwardingSessionToRemoteHost',
  'AWS-StartSSHSession',
]

export const CONTAINER_DOCUMENT = 'AmazonECS-ExecuteInteractiveCommand'

/** 1 to 256 characters that anyone can type: some must not be trusted. */
export const REASONS: readonly ((random: Random) => string)[] = [
  (random) => `INC-${random.integer(1000, 9999)}: disk full`,
  (random) => `INC-${random.integer(1000, 9999)} API latency, checking connections`,
  (random) => `CHG${random.integer(10_000, 99_999)} patching, approved by "J. Doe", 2nd attempt`,
  () => 'debugging',
  () => 'Prüfung der Zertifikate – läuft ab',
  () => '障害対応のため再起動',
  () => 'فحص الخادم \u202Egnp.tset\u202C',
  () => 'deploy 🚀 👩‍💻 rollback if 🔥',
  () => '=HYPERLINK("http://evil.example","x")',
  () => "@SUM(1+1)*cmd|' /C calc'!A0",
  () => '\u001B[31mred\u001B[0m \u001B]0;title\u0007',
  () => '</script><script>alert(1)</script>',
  (random) => `Runbook step ${random.integer(1, 9)} `.repeat(20).slice(0, 256),
]

function times<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make)
}
