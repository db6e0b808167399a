import { makeCast } from './cast'
import type { GeneratorOptions } from './generate'
import type { Node } from './node'
import { Random } from './random'

/** One of so many is gone already. */
const GONE = 8
const PLATFORMS = [
  { PlatformType: 'Linux', PlatformName: 'Amazon Linux', PlatformVersion: '2023' },
  { PlatformType: 'Linux', PlatformName: 'Ubuntu', PlatformVersion: '24.04' },
  {
    PlatformType: 'Windows',
    PlatformName: 'Microsoft Windows Server 2022 Datacenter',
    PlatformVersion: '10.0.20348',
  },
] as const
const KINDS = ['web', 'api', 'db', 'queue', 'bastion', 'build', 'report', 'cache']
/** Whoever may tag an instance may call it anything. */
const HOSTILE = [
  '</script><script>alert(1)</script>',
  '=HYPERLINK("http://evil.example","x")',
  '\u001B[31mweb-01\u001B[0m',
  'i-00000000000000000',
  'Prüfung\u202Egnp.tset',
]

/** The machines of the same month. Most have a name, some names must not be trusted, and some machines are gone. */
export function* generateNodes({
  seed,
  accountId = '111122223333',
}: Pick<GeneratorOptions, 'seed' | 'accountId'>): Generator<Node> {
  const { instances } = makeCast(new Random(seed), accountId)
  for (const [n, InstanceId] of instances.entries()) {
    if (n % GONE === GONE - 1) continue
    const IPAddress = `10.${n % 4}.${Math.floor(n / 100)}.${(n % 100) + 10}`
    const number = String(Math.floor(n / KINDS.length) + 1).padStart(2, '0')
    const isHybrid = InstanceId.startsWith('mi-')
    const Name =
      n % 25 === 3 ? HOSTILE[Math.floor(n / 25) % HOSTILE.length] : `${KINDS[n % KINDS.length]}-${number}`
    const host = isHybrid ? `srv${n}.corp.example.com` : `ip-${IPAddress.replaceAll('.', '-')}.ec2.internal`
    yield {
      InstanceId,
      ...(n % 11 !== 5 && { Name }),
      ComputerName: host,
      ...PLATFORMS[n % PLATFORMS.length],
      IPAddress,
    }
  }
}
