import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expectWrongUsage, printedBy, runCli } from '../../support/cli'
import { temporaryFolder } from '../../support/temporary-folder'
import { Terminal, testOnTerminal } from '../../support/terminal'

const folder = temporaryFolder()
afterAll(() => Terminal.closeAll())

/** Runs a test if the shell is installed. */
const testIn = (shell: string) => {
  const isThere = spawnSync(shell, ['--version']).status === 0
  return (title: string, run: () => Promise<void>) =>
    (isThere ? test : test.skip)(
      `in ${shell}, ${title}${isThere ? '' : ' (skipped: it is not installed)'}`,
      run,
    )
}

async function scriptFor(shell: string): Promise<string> {
  const file = join(folder(), shell)
  writeFileSync(file, printedBy(await runCli(['completion', shell])))
  return file
}

/** The words before the cursor, and what is offered for the last one. */
const CASES: readonly (readonly [
  words: readonly string[],
  offered: readonly string[],
  not: readonly string[],
])[] = [
  [['sess'], ['session', 'sessions'], ['sweeps']],
  [
    ['sessions', '--o'],
    ['--owner', '--output', '--open'],
    ['--out', '--state'],
  ],
  [['sessions', '--output', ''], ['table', 'json', 'jsonl', 'csv'], ['--owner']],
  [['sessions', '--state', 'R'], ['Recovered'], ['History']],
  [['session', '--ow'], [], ['--owner']],
  [['archive', '--fu'], ['--full'], []],
  [['archive', '--local', 'arc'], ['archives'], ['archived.txt']],
  [['verify', 'arc'], ['archived.txt'], []],
  [['completion', ''], ['bash', 'fish', 'zsh'], ['table']],
  [['report', '--out', 'arc'], ['archived.txt'], []],
  [['sessions', '--reason', 'arc'], [], ['archived.txt', 'archives']],
]

function makeFiles(): void {
  mkdirSync(join(folder(), 'archives'))
  writeFileSync(join(folder(), 'archived.txt'), '')
}

function expectOffers(offers: (words: readonly string[]) => readonly string[]): void {
  makeFiles()
  for (const [words, offered, not] of CASES) {
    const found = offers(words).map((word) => word.replace(/\/$/, ''))
    expect([words, found]).toEqual([words, expect.arrayContaining([...offered])])
    expect([words, found.filter((word) => not.includes(word))]).toEqual([words, []])
  }
}

testIn('bash')('commands, flags, values, files and folders are completed', async () => {
  const script = await scriptFor('bash')
  expectOffers((words) => {
    const line = ['session-archive', ...words].map((word) => `'${word}'`).join(' ')
    const run = `source '${script}'; compopt() { :; }; COMP_WORDS=(${line}); COMP_CWORD=${words.length}; _session_archive; printf '%s\\n' "\${COMPREPLY[@]}"`
    return execFileSync('bash', ['--norc', '-euc', run], { cwd: folder(), encoding: 'utf8' }).split('\n')
  })
})

testIn('fish')('commands, flags, values, files and folders are completed', async () => {
  const script = await scriptFor('fish')
  expectOffers((words) => {
    const run = `source '${script}'; complete -C ${JSON.stringify(['session-archive', ...words].join(' '))}`
    const lines = execFileSync('fish', ['--no-config', '-c', run], { cwd: folder(), encoding: 'utf8' })
    return lines.split('\n').map((line) => line.split('\t')[0] ?? '')
  })
})

const hasZsh = spawnSync('zsh', ['--version']).status === 0
if (hasZsh)
  testOnTerminal('zsh completes commands, flags and values, and shows what they mean', async () => {
    const script = join(folder(), 'zsh')
    writeFileSync(script, printedBy(await runCli(['completion', 'zsh'])))
    const terminal = new Terminal(`zsh -f -i`)
    const type = (text: string) => terminal.press(text)
    type(`autoload -U compinit && compinit -u -D && source '${script}' && clear`)
    type('Enter')
    for (const [typed, shown] of [
      ['session-archive ses', /session {2,}-- Show everything known[\s\S]*sessions {2,}-- Find/],
      ['session-archive sessions --own', /session-archive sessions --owner/],
      ['session-archive sessions --output js', /json +jsonl/],
      ['session-archive sessions --', /--reason {2,}-- with this text in the reason/],
      ['session-archive completion ', /bash +fish +zsh/],
    ] as const) {
      type(typed)
      type('Tab')
      type('Tab') // the first may complete what all have in common
      await terminal.watchFor(shown)
      type('C-c')
      type('C-l')
    }
  })

test.each(['bash', 'zsh', 'fish'])('%s accepts the script, which knows every command', async (shell) => {
  const script = printedBy(await runCli(['completion', shell]))
  for (const name of ['sessions', 'verify', 'member-role', 'demo', '--access-type', '--without-list'])
    expect(script).toContain(shell === 'fish' ? name.replace(/^--/, '') : name)
})

test('a shell that is not known is refused', async () => {
  expectWrongUsage(await runCli(['completion', 'tcsh']), "'tcsh' is invalid", 'bash, fish, zsh')
})
