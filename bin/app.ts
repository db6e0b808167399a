import { App } from 'aws-cdk-lib'
import { propsFromContext } from '../lib/context'
import { SessionArchiveStack } from '../lib/session-archive-stack'

const app = new App()
new SessionArchiveStack(app, 'SessionArchive', propsFromContext(app.node, process.env))
