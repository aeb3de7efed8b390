// The command line: parse, run, exit code. Nothing heavy is loaded before a command runs.
import { createProgram } from './program.ts'

const exitCode = await createProgram().run(process.argv.slice(2))
// What a library still holds open must not keep a finished command; what was printed goes out first.
process.exitCode = exitCode
process.stdout.write('', () => process.stderr.write('', () => process.exit(exitCode)))
