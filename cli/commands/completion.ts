import { Argument, type Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { type CompletedCommand, type Offer, SCRIPTS } from '../completion-scripts'
import { FORMATS } from '../flags'
import { type Io, write } from '../io'

const SHELLS = Object.keys(SCRIPTS) as (keyof typeof SCRIPTS)[]

export function define(command: Command, io: Io): void {
  command
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .addHelpText(
      'after',
      `
In ~/.bashrc, or in ~/.zshrc after compinit:
  . <(session-archive completion bash)
  . <(session-archive completion zsh)

For fish, once:
  session-archive completion fish > ~/.config/fish/completions/session-archive.fish`,
    )
    .action(async (shell) => {
      const commands = command.parent?.commands ?? []
      await write(io, SCRIPTS[shell](commands.map(completed)))
    })
}

function completed(command: CommandUnknownOpts): CompletedCommand {
  const [argument] = command.registeredArguments
  return {
    name: command.name(),
    summary: command.description(),
    flags: [
      ...command.options.map(({ long, flags, description, argChoices }) => ({
        long: long ?? flags,
        description,
        ...(/[<[]/.test(flags) && { value: argChoices ?? offerOf(flags) }),
      })),
      { long: '--help', description: 'display help for command' },
    ],
    argument: argument === undefined ? 'nothing' : (argument.argChoices ?? offerOf(`<${argument.name()}>`)),
  }
}

/** By the usage of a flag, `--out <dir>`. */
function offerOf(usage: string): Offer {
  if (/<format>/.test(usage)) return FORMATS
  if (/<dir>/.test(usage)) return 'folder'
  return /<(?:file|path)/.test(usage) ? 'file' : 'nothing'
}
