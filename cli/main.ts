// The command line: parse, run, exit code. Nothing heavy is loaded before a command runs, and what was compiled is kept for
// the next one: a node that was killed is back with a third less work.
import { enableCompileCache } from 'node:module'
import { COMPILE_CACHE } from './compile-cache.ts'

enableCompileCache(COMPILE_CACHE)
const { createProgram } = await import('./program.ts')
const exitCode = await createProgram().run(process.argv.slice(2))
// What a library still holds open must not keep a finished command; what was printed goes out first.
process.exitCode = exitCode
process.stdout.write('', () => process.stderr.write('', () => process.exit(exitCode)))
