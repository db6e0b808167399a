import type { DeployedTemplate } from '../support/template'
import { fromContext, withEveryOption } from './synth'

/** Two stacks that most tests look at, synthesised once. */
export const DEFAULT = fromContext()
export const FULL = withEveryOption()
export const STACKS: [string, DeployedTemplate][] = [
  ['the default stack', DEFAULT],
  ['the stack with every option', FULL],
]
