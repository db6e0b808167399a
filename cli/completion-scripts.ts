/** What a shell can offer after a word. */
export type Offer = readonly string[] | 'folder' | 'file' | 'nothing'

export interface CompletedFlag {
  /** `--output` */
  readonly long: string
  readonly description: string
  /** What may follow it. @default - it takes no value */
  readonly value?: Offer
}

export interface CompletedCommand {
  readonly name: string
  readonly summary: string
  readonly flags: readonly CompletedFlag[]
  /** What may follow its name. */
  readonly argument: Offer
}

/** The scripts that make a shell complete `session-archive`, by the shell's name. */
export const SCRIPTS = { bash, fish, zsh } satisfies Readonly<
  Record<string, (commands: readonly CompletedCommand[]) => string>
>

/** Both names of the command. */
const NAMES = ['session-archive', 'ssm-session-archive']

function bash(commands: readonly CompletedCommand[]): string {
  const values = commands.flatMap(({ name, flags }) =>
    flags.flatMap(({ long, value }) =>
      value === undefined ? [] : [`    '${name} ${long}') ${bashOffer(value)} ;;`],
    ),
  )
  const words = commands.map(({ name, flags, argument }) => {
    const own = Array.isArray(argument) ? argument : []
    const offer = `mapfile -t COMPREPLY < <(compgen -W '${[...own, ...flags.map(({ long }) => long)].join(' ')}' -- "$cur")`
    const files = argument === 'file' ? `[[ $cur == -* ]] || { ${bashOffer('file')}; return; }; ` : ''
    return `    ${name}) ${files}${offer} ;;`
  })
  return `# bash completion of session-archive
_session_archive() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} command= word
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $word == -* ]] || { command=$word; break; }
  done
  case "$command $prev" in
${values.join('\n')}
    *) _session_archive_words ;;
  esac
}
_session_archive_words() {
  case "$command" in
${words.join('\n')}
    '') mapfile -t COMPREPLY < <(compgen -W '${commands.map(({ name }) => name).join(' ')} --help --version' -- "$cur") ;;
  esac
}
complete -F _session_archive ${NAMES.join(' ')}
`
}

function bashOffer(offer: Offer): string {
  if (offer === 'folder') return `compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur")`
  if (offer === 'file') return `compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur")`
  if (offer === 'nothing') return ':'
  return `mapfile -t COMPREPLY < <(compgen -W '${offer.join(' ')}' -- "$cur")`
}

function zsh(commands: readonly CompletedCommand[]): string {
  const cases = commands.map(({ name, flags, argument }) => {
    const specs = flags.map(
      ({ long, description, value }) =>
        `'*${long}[${zshText(description)}]${value === undefined ? '' : `:value:${zshOffer(value)}`}'`,
    )
    return `    ${name}) _arguments ${[...specs, `'*:argument:${zshOffer(argument)}'`].join(' \\\n      ')} ;;`
  })
  const names = commands.map(({ name, summary }) => `    '${name}:${zshText(summary)}'`)
  return `#compdef ${NAMES.join(' ')}
# zsh completion of session-archive
_session_archive() {
  local -a commands
  commands=(
${names.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join('\n')}
  esac
}
compdef _session_archive ${NAMES.join(' ')}
`
}

/** Brackets, colons and quotation marks mean something to zsh. */
function zshText(text: string): string {
  return text.replaceAll(/[[\]:\\]/g, '\\$&').replaceAll("'", "'\\''")
}

function zshOffer(offer: Offer): string {
  if (offer === 'folder') return '_files -/'
  if (offer === 'file') return '_files'
  return offer === 'nothing' ? ' ' : `(${offer.join(' ')})`
}

function fish(commands: readonly CompletedCommand[]): string {
  const lines = NAMES.flatMap((program) => [
    `complete -c ${program} -f`,
    ...commands.map(
      ({ name, summary }) =>
        `complete -c ${program} -n __fish_use_subcommand -a ${name} -d ${fishText(summary)}`,
    ),
    ...commands.flatMap(({ name, flags, argument }) => [
      ...(argument === 'nothing' ? [] : [`complete -c ${program} ${fishIn(name)} ${fishOffer(argument)}`]),
      ...flags.map(
        ({ long, description, value }) =>
          `complete -c ${program} ${fishIn(name)} -l ${long.slice(2)} ${value === undefined ? '' : `-r ${fishOffer(value)} `}-d ${fishText(description)}`,
      ),
    ]),
  ])
  return `# fish completion of session-archive\n${lines.join('\n')}\n`
}

function fishIn(command: string): string {
  return `-n '__fish_seen_subcommand_from ${command}'`
}

function fishOffer(offer: Offer): string {
  if (offer === 'folder') return `-f -a '(__fish_complete_directories)'`
  if (offer === 'file') return '-F'
  return offer === 'nothing' ? '-f' : `-f -a '${offer.join(' ')}'`
}

function fishText(text: string): string {
  return `'${text.replaceAll(/['\\]/g, '\\$&')}'`
}
