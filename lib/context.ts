import type { Node } from 'constructs'
import { checkOption, OPTIONS } from './configuration'
import type { SessionArchiveStackProps } from './session-archive-stack'

/**
 * The archive's configuration from CDK context: `-c regions=eu-west-1,us-east-1`, `-c alarmEmail=…`, or the
 * same keys in cdk.json. The keys are those of {@link OPTIONS}.
 *
 * @throws Error naming the key, the value received and what was expected
 */
export function propsFromContext(node: Node): SessionArchiveStackProps {
  const props: Record<string, unknown> = {}
  for (const [key, { fromContext = same }] of Object.entries(OPTIONS)) {
    const received: unknown = node.tryGetContext(key)
    if (received === undefined) continue
    props[key] = fromContext(received)
    checkOption(key as keyof typeof OPTIONS, props[key], received, 'context ')
  }
  return props
}

function same<T>(value: T): T {
  return value
}
