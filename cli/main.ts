// The command line: parse, run, exit code. Nothing heavy is loaded before a command runs, and what was compiled is kept for
// the next one: a node that was killed is back with a third less work.
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import envPaths from 'env-paths'

// The user's own folder: in the shared temporary one, Node's choice, others could leave code to be run.
enableCompileCache(join(envPaths('surety', { suffix: '' }).cache, 'compiled'))
const { createProgram } = await import('./program.ts')
const exitCode = await createProgram().run(process.argv.slice(2))
// What a library still holds open must not keep a finished command; what was printed goes out first.
process.exitCode = exitCode
process.stdout.write('', () => process.stderr.write('', () => process.exit(exitCode)))
