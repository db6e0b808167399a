/** Makes docs/cli.md, the help of every command on one page: npm run docs:cli. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { run } from '../cli/program'

const PAGE = join(__dirname, 'cli.md')

export async function cliPage(): Promise<string> {
  const overview = await helpOf()
  const names = [...overview.matchAll(/^ {2}([a-z][a-z-]*) /gm)].flatMap(([, name]) => name ?? [])
  const commands = names.filter((name) => name !== 'help')
  const sections = commands.map(async (name) => `## session-archive ${name}\n\n${block(await helpOf(name))}`)
  return [
    '# session-archive',
    'What `session-archive --help` and the `--help` of every command print. [How to use them](command-line.md).',
    block(overview),
    ...(await Promise.all(sections)),
  ].join('\n\n')
}

function block(help: string): string {
  return `\`\`\`text\n${help.trimEnd()}\n\`\`\``
}

async function helpOf(...command: string[]): Promise<string> {
  let help = ''
  const stdout = new Writable({
    write(text, _encoding, done) {
      help += text
      done()
    },
  })
  await run([...command, '--help'], { stdout, stderr: stdout, env: {}, cwd: __dirname })
  return help
}

if (require.main === module) void cliPage().then((page) => writeFileSync(PAGE, `${page}\n`))
