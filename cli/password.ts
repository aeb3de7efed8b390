// Passwords: from a file named by a flag, or typed at a terminal without being shown. Never from a flag or the environment.
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { Secret } from '#base-layer/runtime/secret.ts'
import type { Context } from './context.ts'
import { misuse } from './exit-codes.ts'

const PASSWORD_MIN = 8

/** `isNew`: it is asked for twice and must not be short. */
export async function readPassword(context: Context, question: string, isNew = false): Promise<Secret<string>> {
  const password = await obtain(context, question)
  if (!isNew) return password
  if (password.reveal().length < PASSWORD_MIN)
    throw misuse('E_PASSWORD_WEAK', `a password has at least ${PASSWORD_MIN} characters`)
  if (context.passwordFile === undefined && (await obtain(context, 'Again: ')).reveal() !== password.reveal()) {
    throw misuse('E_PASSWORD_DIFFERS', 'the two passwords differ')
  }
  return password
}

async function obtain({ passwordFile, mayAsk, signal }: Context, question: string): Promise<Secret<string>> {
  if (passwordFile !== undefined) {
    const text = await readFile(passwordFile, 'utf8').catch(() => {
      throw misuse('E_PASSWORD_FILE', `cannot read ${passwordFile}`)
    })
    return new Secret(text.split(/\r?\n/)[0] ?? '')
  }
  if (!mayAsk) throw misuse('E_INPUT_NEEDED', 'a password is needed: say --password-file')
  return await askSecret(question, signal)
}

/** Typed at a terminal without being shown. */
export function askSecret(question: string, signal: AbortSignal): Promise<Secret<string>> {
  process.stderr.write(question)
  // Echo goes to an output that shows nothing.
  const asker = createInterface({ input: process.stdin, terminal: true })
  return new Promise((resolve, reject) => {
    // At a terminal Ctrl-C is a key: it is made the signal that it means. Ctrl-D leaves the question without an answer.
    asker.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
    signal.addEventListener('abort', () => asker.close(), { once: true })
    asker.once('close', () => {
      process.stderr.write('\n')
      reject(misuse('E_DECLINED', 'no password was given'))
    })
    asker.question('', answer => {
      resolve(new Secret(answer))
      asker.close()
    })
  })
}
