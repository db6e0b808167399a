import { Stack } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import type { SessionArchiveStackProps } from './props'
import { SessionArchive } from './session-archive'

export type { SessionArchiveStackProps }

/** A stack with nothing but the archive. */
export class SessionArchiveStack extends Stack {
  constructor(scope: Construct, id: string, props: SessionArchiveStackProps = {}) {
    super(scope, id, { description: 'Archives Session Manager sessions beyond 30 days', ...props })
    new SessionArchive(this, 'SessionArchive', props)
  }
}
