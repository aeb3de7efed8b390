// The command line: parse, run, exit code. Nothing heavy is loaded before a command runs.
import { createProgram } from './program.ts'

process.exitCode = await createProgram().run(process.argv.slice(2))
