import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { type Io, say } from './io'
import { printable } from './output/printable'

/**
 * Asks on the terminal for the code that an MFA device shows, as the AWS CLI does: what is typed is not shown.
 *
 * @throws Error that says what to do if there is no terminal, or if nothing was typed
 */
export async function askMfaCode(device: string, profile: string, io: Io): Promise<string> {
  const { stdin, stderr } = io
  const needed = `the profile ${JSON.stringify(profile)} needs a code of the MFA device ${JSON.stringify(device)}`
  if (!stdin?.isTTY || !stderr.isTTY)
    throw new Error(
      `${needed}, and there is no terminal to ask on: expected credentials in the environment, as 'aws configure export-credentials --profile ${profile} --format env' prints them, and neither --profile nor $AWS_PROFILE`,
    )
  stderr.write(`MFA code of ${printable(device)}: `)
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() })
  const reader = createInterface({ input: stdin, output: unseen, terminal: true })
  const ended = new AbortController()
  reader.once('close', () => ended.abort())
  reader.once('SIGINT', () => {
    reader.close()
    process.kill(process.pid, 'SIGINT')
  })
  try {
    return (await reader.question('', { signal: ended.signal })).trim()
  } catch (cause) {
    throw new Error(`${needed}, and none was typed`, { cause })
  } finally {
    reader.close()
    say(io, '')
  }
}
