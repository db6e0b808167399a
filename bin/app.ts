import { App } from 'aws-cdk-lib'
import { propsFromContext } from '../lib/context'
import { environmentOf } from '../lib/environment'
import { SessionArchiveStack } from '../lib/session-archive-stack'

const app = new App()
const props = propsFromContext(app.node)
new SessionArchiveStack(app, 'SessionArchive', { ...props, ...environmentOf(props, process.env) })
